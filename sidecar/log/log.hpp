// Log lines on standard error: JSON for machines, text for people, never blocking the loop.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace telltale {

enum class log_level : std::uint8_t { debug, info, warn, error };
enum class log_format : std::uint8_t { json, text };

struct log_field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Sets what is written; call once before anything is logged.
void configure_log(log_format, log_level least);

/// One line: {"ts":"2026-01-02T03:04:05.678Z","level":"info","msg":"…", fields…}. Control characters and invalid UTF-8
/// are escaped or replaced. Written in one write(2) of at most 4096 bytes (PIPE_BUF, so lines of several processes do
/// not mix), longer values are shortened; when standard error would block the line is dropped and counted.
void log(log_level, std::string_view message, std::initializer_list<log_field> fields = {});

std::uint64_t log_lines_dropped();

/// The line without writing it, for tests.
std::string format_log_line(log_format, log_level, std::string_view message, std::initializer_list<log_field> fields);

}  // namespace telltale
