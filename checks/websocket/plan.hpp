// The resolved configuration of one websocket check: secrets and certificates are loaded once.
#pragma once

#include <string>
#include <vector>

#include "base/peer_text.hpp"
#include "net/dial.hpp"
#include "net/http_head.hpp"
#include "websocket/options.hpp"
#include "websocket/reply.hpp"

namespace telltale::websocket {

/// What comes from the options that may be secrets.
struct revealed_values {
  std::string host;          ///< the value of the Host header
  net::header_list headers;  ///< the others
  std::vector<offered_subprotocol> subprotocols;
  std::string send;     ///< empty: nothing is sent
  secret_list secrets;  ///< must not appear in messages
  friend bool operator==(const revealed_values&, const revealed_values&) = default;
};

struct plan : revealed_values {
  websocket_options options;
  net::target target;
};

/// Throws std::runtime_error with a sentence when a secret or a file with certificates cannot be used.
plan make_plan(websocket_options);

/// Whether a part of what is sent comes from a secret.
bool has_secrets(const websocket_options&);

/// Reads the secrets again, and returns whether what is sent has changed. Throws as `make_plan`, and then changes
/// nothing. Reads files: see net/renewal.hpp.
bool read_secrets(plan&);

/// Reads the secrets and drops them. Throws as `make_plan`.
void try_secrets(const websocket_options&);

}  // namespace telltale::websocket
