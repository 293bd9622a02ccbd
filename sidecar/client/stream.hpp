// A connection as the small HTTP client sees it: plain or TLS, with one deadline over everything.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "client/http_target.hpp"

namespace telltale {

/// Every call blocks until done or the deadline; failures are std::runtime_error with half a sentence ("connection
/// refused", "nothing came in time").
class client_stream {
 public:
  virtual ~client_stream() = default;
  virtual void send_all(std::string_view) = 0;
  /// At least one byte, or 0 at the end of the stream.
  virtual std::size_t receive(char* into, std::size_t size) = 0;
};

using client_deadline = std::chrono::steady_clock::time_point;

std::unique_ptr<client_stream> open_client_stream(const http_target&, client_deadline);

/// TLS on top of another stream. The certificate is not verified: it is the machine's own sidecar that is asked, no
/// secret is sent, and the kubelet does the same.
std::unique_ptr<client_stream> open_client_tls(std::unique_ptr<client_stream> plain, const std::string& host);

}  // namespace telltale
