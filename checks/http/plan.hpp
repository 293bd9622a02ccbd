// The resolved configuration of one http check: secrets and certificates are loaded once.
#pragma once

#include <optional>
#include <string>

#include <telltale/finding.hpp>

#include "http/options.hpp"
#include "http/request.hpp"
#include "net/tls_client.hpp"

namespace telltale::web {

/// One URL of a run: the configured one, or that of a redirect.
struct visit {
  telltale::url url;
  net::target target;
  std::string request;  ///< its bytes
};

struct plan {
  http_options options;
  http::request_plan request;
  std::string body;
  visit first;
  bool with_credentials = false;                ///< the request has something that only its server may see
  std::optional<net::tls_client> redirect_tls;  ///< for redirects to https

  bool keeps_connection() const;
};

/// Throws std::runtime_error with a sentence when a secret or a file with certificates cannot be used.
plan make_plan(http_options);

/// Whether a part of the request comes from a secret.
bool has_secrets(const http_options&);

/// Reads the secrets again, and returns whether the request has changed. Throws as `make_plan`, and then changes
/// nothing. Reads files: see net/renewal.hpp.
bool read_secrets(plan&);

/// Reads the secrets and drops them. Throws as `make_plan`.
void try_secrets(const http_options&);

/// The visit that follows a redirect (RFC 9110 section 15.4), or why it may not be followed.
struct next_visit {
  finding failed;
  visit to;
};
next_visit follow(const plan&, const visit& from, unsigned status, const std::string& location);

}  // namespace telltale::web
