// Explains the first bytes of a server that does not speak HTTP/1, and a body that asks for TLS.
#pragma once

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

/// Whether the body of a 400 shows that the server expects TLS on this port. nginx, Apache, Tomcat and Go's net/http
/// send this in plain HTTP.
bool says_that_tls_is_spoken(std::string_view body);

}  // namespace telltale::http
