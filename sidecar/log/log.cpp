// Writes log lines to a stream and drops them when it would block.
#include "log/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "log/journal.hpp"
#include "log/log_line.hpp"

namespace telltale {
namespace {

std::atomic<log_format> format{log_format::json};
std::atomic<log_level> least{log_level::info};
std::atomic<int> stream{STDERR_FILENO};
std::atomic<bool> priorities{false};
std::atomic<std::uint64_t> dropped{0};
std::atomic<std::uint64_t> reported{0};

/// A pipe that polls as writable accepts PIPE_BUF bytes without blocking. O_NONBLOCK is not set, because other
/// processes share the descriptor's flags.
bool write_at_once(const std::string& line) {
  const int to = stream;
  pollfd waiting{to, POLLOUT, 0};
  if (::poll(&waiting, 1, 0) != 1 || (waiting.revents & POLLOUT) == 0) return false;
  return ::write(to, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

std::string line_of(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
  return log_line({format, priorities}, level, message, fields, std::chrono::system_clock::now());
}

/// False while the stream is still full.
bool report_drops() {
  const auto total = dropped.load();
  const auto missing = total - reported.load();
  if (missing == 0) return true;
  const auto* message = stream == STDERR_FILENO ? "log lines dropped: standard error was full"
                                                : "log lines dropped: standard output was full";
  const auto line = line_of(log_level::warn, message, {{"lines", static_cast<std::int64_t>(missing)}});
  if (!write_at_once(line)) return false;
  reported = total;
  return true;
}

}  // namespace

void configure_log(log_settings wanted) {
  format = wanted.format;
  least = wanted.least;
  stream = wanted.output == log_output::standard_error ? STDERR_FILENO : STDOUT_FILENO;
  priorities = is_journal(stream, std::getenv("JOURNAL_STREAM"));
}

void log(log_level level, std::string_view message, std::initializer_list<log_field> fields) {
  if (level < least.load()) return;
  const auto saved = errno;
  if (!report_drops() || !write_at_once(line_of(level, message, fields))) ++dropped;
  errno = saved;
}

std::uint64_t log_lines_dropped() { return dropped.load(); }

}  // namespace telltale
