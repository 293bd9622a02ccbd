// The connection interface of the small HTTP client: plain or TLS, with one deadline for all operations.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "client/http_target.hpp"

namespace telltale {

/// Every call blocks until it is done or the deadline; failures throw std::runtime_error with half a sentence
/// ("connection refused", "nothing came in time").
class client_stream {
 public:
  virtual ~client_stream() = default;
  virtual void send_all(std::string_view) = 0;
  /// Returns at least one byte, or 0 at the end of the stream.
  virtual std::size_t receive(char* into, std::size_t size) = 0;
};

using client_deadline = std::chrono::steady_clock::time_point;

std::unique_ptr<client_stream> open_client_stream(const http_target&, client_deadline);

/// TLS on top of another stream. The certificate is not verified: the sidecar is on the same machine, no secret is
/// sent, and the kubelet does not verify it either.
std::unique_ptr<client_stream> open_client_tls(std::unique_ptr<client_stream> plain, const std::string& host);

}  // namespace telltale
