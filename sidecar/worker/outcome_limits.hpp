// Limits the size and the characters of outcomes that checks return.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

inline constexpr std::size_t max_message_bytes = 1024;
inline constexpr std::size_t max_measurements = 64;
inline constexpr std::size_t max_name_bytes = 64;  ///< of a measurement or a stored value

/// Converts to one line of valid UTF-8 of at most `longest` bytes. Control characters become spaces, malformed bytes
/// U+FFFD; "..." marks a cut.
std::string one_line(std::string_view text, std::size_t longest);

/// A check may return any bytes. The result of this function is safe to show, export and send.
outcome within_limits(outcome);
memory within_limits(memory);

}  // namespace telltale
