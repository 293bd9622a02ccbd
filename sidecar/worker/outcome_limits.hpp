// What an outcome may look like once it has left the check's own code.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

inline constexpr std::size_t max_message_bytes = 1024;
inline constexpr std::size_t max_measurements = 64;
inline constexpr std::size_t max_name_bytes = 64;  ///< of a measurement or a remembered value

/// One line of valid UTF-8 of at most `longest` bytes: control characters become spaces, malformed bytes U+FFFD, and
/// what is cut off is replaced by "...".
std::string one_line(std::string_view text, std::size_t longest);

/// A check's code may put anything into its outcome; what leaves here can be shown, exported and sent as it is.
outcome within_limits(outcome);
memory within_limits(memory);

}  // namespace telltale
