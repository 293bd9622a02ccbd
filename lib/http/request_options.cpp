// Declares the options of a request and the rules between them. No I/O.
#include "http/request_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "http/headers.hpp"
#include "net/endpoint.hpp"

namespace telltale::http {
namespace {

void check_url(const request_options& of, source_location at, problems& errors) {
  if (of.url.scheme != "http" && of.url.scheme != "https") errors.add(at, "url: expected http:// or https://");
  if (of.url.text.find('#') != std::string::npos) errors.add(at, "url: a server never sees a #fragment; remove it");
  std::string why;
  if (of.unix_socket && !net::parse_endpoint("unix:" + of.unix_socket->text, why))
    errors.add(at, fmt::format("unix: expected {}", why));
}

void check_credentials(const request_options& of, source_location at, problems& errors) {
  const bool header =
      std::ranges::any_of(of.headers, [](const auto& h) { return equal_ignoring_case(h.first, "authorization"); });
  if (of.basic.has_value() + of.bearer.has_value() + header > 1)
    errors.add(at, "only one of basic, bearer and the header Authorization can be sent");
}

}  // namespace

options_of<basic_credentials> basic_credentials::declared() {
  return options_of<basic_credentials>()
      .required("user", &basic_credentials::user, "The user name, without a colon.")
      .required("password", &basic_credentials::password, "The password, as {file: ...} or {env: ...}.");
}

void basic_credentials::validate(source_location at, problems& errors) const {
  if (user.find(':') != std::string::npos || std::ranges::any_of(user, is_control))
    errors.add(at, "basic.user: a user name has no colon and no control characters (RFC 7617 section 2)");
}

options_of<request_options> request_options::declared() {
  using self = request_options;
  return options_of<self>()
      .required("url", &self::url,
                "The URL to request, http:// or https://, over HTTP/1.1. At most 8 addresses of its host are tried.")
      .optional("unix", &self::unix_socket,
                "Path of a Unix socket to connect to; the URL then gives the path and the Host header only.")
      .optional("headers", &self::headers,
                "Request headers; values are text, or secrets as {file: ...} or {env: ...}. Host names a virtual host.")
      .optional("basic", &self::basic, "User name and password to send (RFC 7617).")
      .optional("bearer", &self::bearer, "Token to send as `Authorization: Bearer`, as {file: ...} or {env: ...}.")
      .include(&self::kept)
      .include(&self::tls)
      .include(&self::network);
}

void request_options::validate(source_location at, problems& errors) const {
  check_url(*this, at, errors);
  check_headers(headers, at, errors);
  check_credentials(*this, at, errors);
}

void request_options::require_tls(source_location at, problems& errors) const {
  auto without_name = tls;  // which is for the Host header, too
  without_name.server_name.reset();
  if (!secure() && without_name.any())
    errors.add(at, "ca_file, cert_file, insecure and certificate need an https:// URL");
}

}  // namespace telltale::http
