// A connection that the other side ended without an answer.
#pragma once

#include <stdexcept>

namespace telltale {

/// Half a sentence, as every failure of a client stream. A server with TLS does this to a request that is not
/// encrypted.
class connection_cut final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace telltale
