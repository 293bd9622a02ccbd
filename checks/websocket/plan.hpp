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

struct plan {
  websocket_options options;
  net::target target;
  std::string host;          ///< the value of the Host header
  net::header_list headers;  ///< the others
  std::vector<offered_subprotocol> subprotocols;
  std::string send;     ///< empty: nothing is sent
  secret_list secrets;  ///< must not appear in messages
};

/// Throws std::runtime_error with a sentence when a secret or a file with certificates cannot be used.
plan make_plan(websocket_options);

}  // namespace telltale::websocket
