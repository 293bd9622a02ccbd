// Data of one tcp check that is created once and used by every run.
#pragma once

#include <string>

#include "base/peer_text.hpp"
#include "net/dial.hpp"
#include "tcp/options.hpp"

namespace telltale {

struct tcp_plan {
  /// Loads certificates and secrets. Throws std::runtime_error with a sentence when one cannot be used.
  explicit tcp_plan(tcp_options);

  tcp_options options;
  net::target target;
  std::string send;
  secret_list secrets;  ///< must not appear in messages
};

}  // namespace telltale
