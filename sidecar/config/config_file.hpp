// Reads configuration files without blocking on FIFOs or devices.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace telltale {

inline constexpr std::size_t max_config_bytes = 1024 * 1024;
inline constexpr std::string_view max_config_words = "1 MiB, the most a configuration may have";

struct config_file {
  std::string text;
  std::string error;     ///< one sentence; empty when the text was read
  bool missing = false;  ///< there is no such file
};

/// Reads a regular file, or with "-" standard input to its end (which may block).
config_file read_config_file(const std::string& path);

/// Like `read_config_file("-")`, from any descriptor, for tests.
config_file read_config_stream(int fd);

}  // namespace telltale
