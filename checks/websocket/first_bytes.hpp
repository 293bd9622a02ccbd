// Recognises protocols other than HTTP/1 by the first bytes of a response.
#pragma once

#include <cstddef>
#include <string_view>

#include <telltale/finding.hpp>

namespace telltale::websocket {

/// Why these bytes cannot start an HTTP/1 response, so that the check need not wait for a head. Empty while too few
/// bytes are present: the finding must not depend on their segmentation.
finding judge_first_bytes(std::string_view bytes);

/// The finding for a server that uses TLS on a ws:// port.
finding speaks_tls();

/// Whether `bytes` are a prefix of `text`, or `text` is a prefix of `bytes`.
constexpr bool agrees(std::string_view bytes, std::string_view text) {
  return bytes.substr(0, text.size()) == text.substr(0, bytes.size());
}

constexpr unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

}  // namespace telltale::websocket
