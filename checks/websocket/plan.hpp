// What every run of one websocket check needs, made once: secrets revealed, certificates loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "websocket/options.hpp"
#include "base/peer_text.hpp"
#include "websocket/reply.hpp"
#include "websocket/request.hpp"
#include "websocket/tls_client.hpp"

namespace telltale::websocket {

struct plan {
  websocket_options options;
  std::string host;     ///< the value of the Host header
  header_list headers;  ///< the others
  std::vector<offered_subprotocol> subprotocols;
  std::string send;  ///< empty: nothing is sent
  std::optional<tls_client> tls;
  secret_list secrets;  ///< not to be repeated in a message
};

/// Throws std::runtime_error with a sentence when a secret or the CA file cannot be used.
plan make_plan(websocket_options);

}  // namespace telltale::websocket
