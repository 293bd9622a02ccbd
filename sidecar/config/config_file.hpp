// Getting the bytes of a configuration file without ever blocking on the wrong kind of file.
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

/// A regular file, or with "-" what standard input holds until its end (which may block, as a pipe does).
config_file read_config_file(const std::string& path);

/// As `read_config_file("-")`, from any descriptor, for tests.
config_file read_config_stream(int fd);

}  // namespace telltale
