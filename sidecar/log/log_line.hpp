// One log line as text: what `log` writes.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "log/log.hpp"

namespace telltale {

/// PIPE_BUF on Linux: a write up to this size is never mixed with another process's (pipe(7)).
inline constexpr std::size_t longest_log_line = 4096;

struct log_style {
  log_format format = log_format::json;
  bool priority = false;  ///< begin with `<N>`, the level as syslog numbers it
};

/// At most `longest_log_line` bytes with the line break. Values above 1 KiB are shortened; fields for which no room is
/// left are replaced by `truncated`.
std::string log_line(log_style, log_level, std::string_view message, std::initializer_list<log_field> fields,
                     std::chrono::system_clock::time_point when);

}  // namespace telltale
