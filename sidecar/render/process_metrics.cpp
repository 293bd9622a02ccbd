// Writes the standard process_* metrics of Prometheus clients, read from the kernel at each scrape.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string_view>

#include "base/process_stat.hpp"
#include "base/small_file.hpp"
#include "base/words.hpp"
#include "render/metric_families.hpp"

namespace telltale {
namespace {

void write_cpu(metric_writer& out) {
  timespec used{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return;
  write_counter("process_cpu_seconds_total", "CPU time of the program without its workers.",
                static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9, out);
}

// /proc/self/statm counts pages: total, resident, ... (proc(5)).
void write_memory(metric_writer& out) {
  const auto text = kernel_text("/proc/self/statm");
  std::string_view rest = text;
  const auto all = number_in<double>(take_word(rest));
  const auto resident = number_in<double>(take_word(rest));
  if (!all || !resident) return;
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  write_gauge("process_virtual_memory_bytes", "Virtual memory of the program.", *all * page, out);
  write_gauge("process_resident_memory_bytes", "Resident memory of the program without its workers.", *resident * page,
              out);
}

std::optional<double> open_descriptors() {
  // Since Linux 6.2 the directory's size is the number of entries; earlier kernels require counting.
  struct stat info {};
  if (::stat("/proc/self/fd", &info) == 0 && info.st_size > 0) return static_cast<double>(info.st_size);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) return std::nullopt;
  double count = -1;  // excludes the descriptor of the directory itself
  while (const auto* entry = ::readdir(directory.get()))
    if (entry->d_name[0] != '.') ++count;
  return count;
}

void write_descriptors(metric_writer& out) {
  if (const auto open = open_descriptors())
    write_gauge("process_open_fds", "Open file descriptors of the program.", *open, out);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    write_gauge("process_max_fds", "Maximum number of open file descriptors.", static_cast<double>(limit.rlim_cur),
                out);
}

void write_threads(metric_writer& out) {
  if (const auto self = read_process_stat(::getpid()))
    write_gauge("process_threads", "Threads of the program.", static_cast<double>(self->threads), out);
}

}  // namespace

void write_process_metrics(const snapshot& snap, metric_writer& out) {
  write_cpu(out);
  write_memory(out);
  write_descriptors(out);
  write_threads(out);
  const std::chrono::duration<double> started = snap.started.time_since_epoch();
  write_gauge("process_start_time_seconds", "Start time of the program, Unix time.", started.count(), out);
}

}  // namespace telltale
