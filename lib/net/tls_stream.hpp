// A TLS session over another stream.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/stream.hpp"
#include "net/tls_client.hpp"

namespace telltale::net {

struct secured {
  error_code error;                                      ///< of `tls_category` when the handshake itself failed
  std::string sentence;                                  ///< set when it did: why, for a person
  std::optional<std::chrono::seconds> certificate_left;  ///< until the server's certificate expires; negative: since
  std::unique_ptr<stream> line;                          ///< empty exactly when there is an error
};

/// The handshake over an open stream, whose deadline stays. `client` must outlive the coroutine.
boost::asio::awaitable<secured> secure(std::unique_ptr<stream>, const tls_client& client);

}  // namespace telltale::net
