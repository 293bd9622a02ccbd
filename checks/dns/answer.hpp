// Reads a response with c-ares' parsers: its code, its records as texts and their lowest TTL. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/question.hpp"

namespace telltale::dns {

struct answer {
  enum class fault_t : std::uint8_t { none, malformed, query, several_soa };

  fault_t fault = fault_t::none;  ///< `query`: the message is no response; with a fault the rest is empty
  unsigned code = 0;              ///< the response code, 0 to 15
  /// Records of the type asked for, as `dig +short` shows them, without final dots and quotes: "192.0.2.1",
  /// "10 mail.example.org". Bytes of TXT records are as the server sent them.
  std::vector<std::string> values;
  std::uint32_t ttl = 0;  ///< the lowest of all records of the answer, in seconds
};

answer read_answer(std::string_view message, record type);

/// The text of a record in the form of `answer::values`: addresses in their shortest form, names in lower case and
/// without a final dot. Anything else is returned as it is.
std::string canonical(std::string_view value, record type);

/// The name for the PTR record of an IP address, as in 1.2.0.192.in-addr.arpa; empty when the text is no address.
std::string reverse_name(std::string_view address);

}  // namespace telltale::dns
