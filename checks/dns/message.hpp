// Walks the records of a response for what c-ares' parsers do not provide: bounded names and the lowest TTL. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace telltale::dns {

/// The header of a message (RFC 1035 section 4.1.1).
inline constexpr std::size_t header_bytes = 12;

struct message_facts {
  bool is_response = false;
  unsigned code = 0;             ///< the response code
  std::size_t records = 0;       ///< of the answer section
  std::size_t of_type = 0;       ///< of these, those of the type asked for
  std::uint32_t lowest_ttl = 0;  ///< of all records of the answer section, in seconds; 0 without records
};

/// Empty when the question or an answer record is malformed. c-ares 1.18 reads names of any length, so that a message
/// of 64 KiB can occupy it for a second: names are limited to 255 bytes here (RFC 1035 section 3.1).
std::optional<message_facts> read_message(std::string_view bytes, int type);

}  // namespace telltale::dns
