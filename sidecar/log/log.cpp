// Where log lines go: standard error, as long as it takes them at once.
#include "log/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "log/log_line.hpp"

namespace telltale {
namespace {

std::atomic<log_format> format{log_format::json};
std::atomic<log_level> least{log_level::info};
std::atomic<std::uint64_t> dropped{0};
std::atomic<std::uint64_t> reported{0};

/// A pipe that polls as writable takes PIPE_BUF bytes without blocking, whatever the flags of the descriptor, which
/// other processes share and which is therefore left as it is.
bool write_at_once(const std::string& line) {
  pollfd waiting{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&waiting, 1, 0) != 1 || (waiting.revents & POLLOUT) == 0) return false;
  return ::write(STDERR_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

/// False while standard error is still full.
bool report_drops() {
  const auto total = dropped.load();
  const auto missing = total - reported.load();
  if (missing == 0) return true;
  const auto line = format_log_line(format, log_level::warn, "log lines were lost because standard error was full",
                                    {{"lines", static_cast<std::int64_t>(missing)}});
  if (!write_at_once(line)) return false;
  reported = total;
  return true;
}

}  // namespace

void configure_log(log_format wanted, log_level at_least) {
  format = wanted;
  least = at_least;
}

void log(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
  if (level < least.load()) return;
  const auto saved = errno;
  if (!report_drops() || !write_at_once(format_log_line(format, level, message, fields))) ++dropped;
  errno = saved;
}

std::uint64_t log_lines_dropped() { return dropped.load(); }

}  // namespace telltale
