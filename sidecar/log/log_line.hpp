// Formats one log line as text, for `log`.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "log/log.hpp"

namespace telltale {

/// PIPE_BUF on Linux: a write up to this size does not mix with other processes' (pipe(7)).
inline constexpr std::size_t longest_log_line = 4096;

struct log_style {
  log_format format = log_format::json;
  bool priority = false;  ///< begin with `<N>`, the syslog number of the level
};

/// Returns at most `longest_log_line` bytes including the newline. Values above 1 KiB are truncated; fields that do not
/// fit are replaced by `truncated`.
std::string log_line(log_style, log_level, std::string_view message, std::initializer_list<log_field> fields,
                     std::chrono::system_clock::time_point when);

}  // namespace telltale
