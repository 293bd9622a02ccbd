// A TLS session over another stream.
#pragma once

#include <memory>
#include <string>

#include "net/stream.hpp"
#include "net/tls_client.hpp"
#include "net/tls_facts.hpp"

namespace telltale::net {

struct secured {
  error_code error;              ///< of `tls_category` when the handshake itself failed
  std::string sentence;          ///< set when the handshake failed: a human-readable cause
  tls_facts facts;               ///< set when it succeeded
  bool other_protocol = false;   ///< the server has not selected `client.protocol`; the stream is open all the same
  std::unique_ptr<stream> line;  ///< empty exactly when there is an error
};

/// Performs the handshake over an open stream, whose deadline is unchanged. `client` must outlive the coroutine.
boost::asio::awaitable<secured> secure(std::unique_ptr<stream>, const tls_client& client);

}  // namespace telltale::net
