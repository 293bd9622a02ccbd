// What every run of one websocket check needs, made once: secrets revealed, certificates loaded.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "net/dial.hpp"
#include "websocket/options.hpp"
#include "websocket/peer_text.hpp"
#include "websocket/reply.hpp"

namespace telltale::websocket {

struct plan {
  websocket_options options;
  net::target target;
  std::string host;                                          ///< the value of the Host header
  std::vector<std::pair<std::string, std::string>> headers;  ///< the others
  std::vector<offered_subprotocol> subprotocols;
  std::string send;     ///< empty: nothing is sent
  secret_list secrets;  ///< not to be repeated in a message
};

/// Throws std::runtime_error with a sentence when a secret or a file with certificates cannot be used.
plan make_plan(websocket_options);

}  // namespace telltale::websocket
