// The options of the websocket check and the rules between them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/option.hpp>

#include "net/network_options.hpp"
#include "net/tls_options.hpp"

namespace telltale {

struct websocket_options {
  telltale::url url;
  std::vector<text_or_secret> subprotocol;
  secret_map headers;
  bool ping = true;
  std::optional<text_or_secret> send;
  std::optional<std::string> expect;
  net::tls_options tls;
  net::network_options network;

  bool secure() const { return url.scheme == "wss"; }
  void validate(source_location at, problems& errors) const;
  static options_of<websocket_options> declared();
};

namespace websocket {

/// Why this may not be offered as a subprotocol, or empty. `shown` replaces it in the result.
std::optional<std::string> subprotocol_problem(std::string_view value, const std::string& shown);

}  // namespace websocket
}  // namespace telltale
