// Reads /proc/PID/stat and /proc/PID/status (proc(5)), and scans /proc for other processes.
#include "marker/process.hpp"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/process_stat.hpp"
#include "base/small_file.hpp"
#include "base/words.hpp"

namespace telltale::marker {
namespace {

/// PF_KTHREAD of the kernel's include/linux/sched.h: a kernel thread.
constexpr std::uint64_t pf_kthread = 0x0020'0000;
/// The inode of the machine's first PID namespace (PROC_PID_INIT_INO of include/linux/proc_ns.h).
constexpr ino_t first_pid_namespace = 0xEFFF'FFFC;

/// What a process is called in the namespace it lives in, and whether that is below ours: "NSpid: 4711 7".
struct own_number {
  pid_t pid = 0;
  bool nested = false;
};

own_number number_of(pid_t pid) {
  const auto text = kernel_text(fmt::format("/proc/{}/status", pid));
  constexpr std::string_view key = "\nNSpid:";
  const auto begin = text.find(key);
  if (begin == std::string::npos) return {pid, false};  // a kernel without PID namespaces
  auto line = std::string_view(text).substr(begin + key.size());
  line = line.substr(0, line.find('\n'));
  const auto last = line.find_last_of(" \t");
  const bool nested = std::count(line.begin(), line.end(), '\t') > 1;
  return {number_in<pid_t>(line.substr(last + 1)).value_or(0), nested};
}

bool in_first_namespace() {
  struct stat info {};
  return ::stat("/proc/self/ns/pid", &info) == 0 && info.st_ino == first_pid_namespace;
}

/// Telltale and its ancestors up to init: a sidecar with its own init has both in its container.
std::vector<pid_t> own_family() {
  std::vector<pid_t> out{::getpid()};
  constexpr std::size_t longest = 64;
  for (auto next = ::getppid(); next > 0 && out.size() < longest;) {
    out.push_back(next);
    const auto found = read_process_stat(next);
    next = found ? found->parent : 0;
  }
  return out;
}

bool contains(const std::vector<pid_t>& list, pid_t pid) {
  return std::find(list.begin(), list.end(), pid) != list.end();
}

std::string own_name() {
  std::array<char, 16> name{};  // TASK_COMM_LEN
  ::prctl(PR_GET_NAME, name.data());
  return name.data();
}

/// When telltale is PID 1, its children can also be orphaned processes of the application.
bool is_telltale(pid_t pid, const process_stat& found) {
  return pid == ::getpid() || pid == ::getppid() || (found.parent == ::getppid() && found.name == own_name());
}

bool can_be_a_writer(pid_t pid, const process_stat& found) {
  if (!found.lives() || (found.flags & pf_kthread) != 0) return false;
  // A process that is PID 1 in its own namespace is the init of a container; the machine's init writes no markers.
  if (pid == 1 && in_first_namespace()) return false;
  if (is_telltale(pid, found)) return false;
  const auto own = number_of(pid);
  return !own.nested && own.pid == pid;
}

/// Whether it belongs to telltale's container; nothing where its namespace may not be read (another user's process).
std::optional<bool> shares_mounts(pid_t pid) {
  struct stat own {};
  struct stat other {};
  if (::stat("/proc/self/ns/mnt", &own) != 0 || ::stat(fmt::format("/proc/{}/ns/mnt", pid).c_str(), &other) != 0)
    return std::nullopt;
  return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/// Whether this process, not an ancestor of telltale, proves that telltale sees processes of other containers. Shells,
/// health checks and debug containers start later than the marker, and are never PID 1.
bool proves_sharing(pid_t pid, pid_t wanted, const process_stat& found, std::chrono::nanoseconds written) {
  if (pid == wanted) return true;  // the process id was reused
  if (pid != 1 && found.started() > written) return false;
  return !shares_mounts(pid).value_or(false);
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
  while (const auto* entry = folder ? ::readdir(folder.get()) : nullptr)
    if (const auto pid = number_in<pid_t>(entry->d_name).value_or(0); pid > 0) out.push_back(pid);
  return out;
}

}  // namespace

process_view find_process(pid_t pid) {
  using state_t = process_view::state_t;
  struct stat info {};
  if (::stat("/proc/self/stat", &info) != 0) return {state_t::no_proc, {}};
  // Unlike kill, this needs no permission, and mount options of /proc do not affect it.
  if (::getpgid(pid) < 0 && errno == ESRCH) return {};
  const auto found = read_process_stat(pid);
  if (!found) return {::getpgid(pid) < 0 && errno == ESRCH ? state_t::absent : state_t::hidden, {}};
  if (!can_be_a_writer(pid, *found)) return {};
  // The machine's first namespace shows every process; elsewhere the application may have the same number unseen.
  if (!in_first_namespace() && contains(own_family(), pid)) return {state_t::ancestor, found->started()};
  return {state_t::running, found->started()};
}

blind_spot find_blind_spot(pid_t pid, std::chrono::nanoseconds written) {
  const auto family = own_family();
  // Commands of telltale, such as a HEALTHCHECK, may run in the same container.
  const auto parent = read_process_stat(::getppid());
  const auto own_names = {own_name(), parent ? parent->name : own_name()};
  const bool sees_all = in_first_namespace() && read_process_stat(1);  // unless hidepid hides other users' processes
  bool alone = !sees_all;
  for (const auto other : all_processes()) {
    const auto found = contains(family, other) ? std::nullopt : read_process_stat(other);
    if (!found || !found->lives()) continue;
    const auto own = number_of(other);
    if (own.nested && own.pid == pid) return blind_spot::nested;
    if (!alone || std::find(own_names.begin(), own_names.end(), found->name) != own_names.end()) continue;
    alone = !proves_sharing(other, pid, *found, written);
  }
  return alone ? blind_spot::alone : blind_spot::none;
}

}  // namespace telltale::marker
