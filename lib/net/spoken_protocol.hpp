// Recognises the protocol of a server by its first bytes. No I/O.
#pragma once

#include <string_view>

namespace telltale::net {

/// Whether bytes begin a protocol; `maybe`: more of them decide. Once decided, more bytes change nothing.
enum class begins { no, maybe, yes };

/// Whether `bytes` are a prefix of `text`, or `text` is a prefix of `bytes`.
constexpr bool agrees(std::string_view bytes, std::string_view text) {
  return bytes.substr(0, text.size()) == text.substr(0, bytes.size());
}

/// A TLS record of type alert (21) or handshake (22), version 3.x: RFC 8446 section 5.1.
begins begins_tls(std::string_view bytes);

/// The SETTINGS frame with which a server starts (RFC 9113 section 3.4), or GOAWAY, both of stream 0; or the preface of
/// a client, which an echo server returns.
begins begins_http2(std::string_view bytes);

struct recognition {
  begins answer = begins::no;
  std::string_view protocol;  ///< "SSH", "SMTP or FTP", ... when `answer` is `yes`
};
/// The protocols in which the server speaks first, and plain HTTP. At most five bytes decide.
recognition recognise(std::string_view bytes);

/// What a server speaks that does not speak TLS: also "plain HTTP/2"; empty when unknown. Five bytes decide, because
/// OpenSSL rejects the sixth: the answer must not depend on how the bytes arrive.
std::string_view spoken_protocol(std::string_view first_bytes);

}  // namespace telltale::net
