// Recognises from its first bytes an answer that is no HTTP/1 response.
#pragma once

#include <cstddef>
#include <string_view>

#include "websocket/failure.hpp"

namespace telltale::websocket {

/// Why these first bytes are not the front of an HTTP/1 response, so that nobody waits for a head that will not come.
/// Nothing also while too few bytes are here: the finding must not depend on how they arrive.
maybe_failure judge_first_bytes(std::string_view bytes);

/// A server on a ws:// port that speaks TLS.
failure speaks_tls();

/// Whether `bytes` are the front of `text`, or `text` is the front of them.
constexpr bool agrees(std::string_view bytes, std::string_view text) {
  return bytes.substr(0, text.size()) == text.substr(0, bytes.size());
}

constexpr unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

}  // namespace telltale::websocket
