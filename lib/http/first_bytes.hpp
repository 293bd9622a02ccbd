// Recognises protocols other than HTTP/1 by the first bytes of a response.
#pragma once

#include <cstddef>
#include <string_view>

#include <telltale/finding.hpp>

namespace telltale::http {

/// How the messages of a client name what it speaks.
struct client_words {
  std::string_view secure_scheme = "https://";
  std::string_view needs = "this check uses HTTP/1.1";
};

/// Why these bytes cannot start an HTTP/1 response, so that a client need not wait for a head. Empty while too few
/// bytes are present: the finding must not depend on their segmentation.
finding judge_first_bytes(std::string_view bytes, const client_words& = {});

/// The finding for a server that uses TLS on a port for plain HTTP.
finding speaks_tls(const client_words& = {});

/// Whether these bytes, at least two, start a TLS record of type alert (21) or handshake (22), version 3.x: RFC 8446
/// section 5.1.
constexpr bool is_tls_record(std::string_view bytes) {
  return bytes.size() > 1 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 0x03;
}

/// Whether the body of a 400 shows that the server expects TLS on this port. nginx, Apache, Tomcat and Go's net/http
/// send this in plain HTTP.
bool says_that_tls_is_spoken(std::string_view body);

/// Whether `bytes` are a prefix of `text`, or `text` is a prefix of `bytes`.
constexpr bool agrees(std::string_view bytes, std::string_view text) {
  return bytes.substr(0, text.size()) == text.substr(0, bytes.size());
}

constexpr unsigned byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

}  // namespace telltale::http
