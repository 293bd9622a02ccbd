// Writes log lines to standard error or output, as JSON or text, without blocking the loop.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace telltale {

/// `off` is only for `log_settings::least`.
enum class log_level : std::uint8_t { debug, info, warn, error, off };
enum class log_format : std::uint8_t { json, text };
enum class log_output : std::uint8_t { standard_error, standard_output };

struct log_field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

struct log_settings {
  log_format format = log_format::json;
  log_level least = log_level::info;
  log_output output = log_output::standard_error;
  friend bool operator==(const log_settings&, const log_settings&) = default;
};

/// Sets format, level and stream. Call it once before the first line. When JOURNAL_STREAM names the stream, lines begin
/// with their priority, `<3>` to `<7>` (sd-daemon(3)).
void configure_log(log_settings);

/// Writes one line: {"ts":"2026-01-02T03:04:05.678Z","level":"info","severity":"INFO","msg":"…", fields…}. Severities
/// are those of Google's Cloud Logging. Control characters and invalid UTF-8 are escaped or replaced. A line is one
/// write(2) of at most 4096 bytes (PIPE_BUF, so lines of several processes do not mix); longer values are truncated.
/// When the stream would block, the line is dropped and counted.
void log(log_level, std::string_view message, std::initializer_list<log_field> fields = {});

std::uint64_t log_lines_dropped();

}  // namespace telltale
