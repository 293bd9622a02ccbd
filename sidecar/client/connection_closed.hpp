// The error of a connection that the peer closed without a response.
#pragma once

#include <stdexcept>

namespace telltale {

/// The text is half a sentence, like every failure of a client stream. A TLS server closes the connection in this way
/// after an unencrypted request.
class connection_closed final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace telltale
