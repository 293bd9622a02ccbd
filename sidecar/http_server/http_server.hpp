// Serves HTTP/1.1: listeners, limits, deadlines and connections. Independent of checks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "routes/routes.hpp"

namespace telltale {

/// Limits with their reasons; the defaults are used in production.
struct http_limits {
  std::size_t header_bytes = 8192;                   ///< whole request head; above: 431
  std::chrono::milliseconds header_deadline{5'000};  ///< from the first byte to the end of the head; then 408
  std::chrono::milliseconds idle_timeout{15'000};    ///< between requests; above Prometheus' and below LB defaults
  std::chrono::milliseconds write_deadline{5'000};   ///< a client that does not read is dropped
  std::size_t requests_per_connection = 100;
  std::size_t max_connections = 0;                      ///< 0: half the descriptor limit
  std::chrono::milliseconds accept_backoff{100};        ///< after EMFILE and similar errors
  std::chrono::milliseconds linger{1'000};              ///< after the last response, so that the client can read it
  std::chrono::milliseconds tls_check_interval{3'000};  ///< between two checks for a renewed certificate
  std::size_t drain_bytes =
      2'097'152;  ///< read and discarded meanwhile, so that a client sending a 1 MiB head receives the 431
};

struct tls_files {
  std::string cert;  ///< PEM chain
  std::string key;   ///< PEM
};

/// An unusable TLS file; `what()` is one sentence that names it.
class tls_file_error : public std::runtime_error {
 public:
  enum class file : std::uint8_t { cert, key };
  tls_file_error(file which, const std::string& sentence) : std::runtime_error(sentence), which_(which) {}
  file which() const { return which_; }

 private:
  file which_;
};

/// Used on the io_context's only thread and destroyed before it; destruction closes every connection at once. `answer`
/// is called once per well-formed request and must not throw. Methods are passed as sent; `HEAD` needs no special
/// handling.
class http_server {
 public:
  using handler = std::function<reply(const request&)>;

  virtual ~http_server() = default;

  /// Binds and listens: `127.0.0.1:9640`, `[::]:9640`, `unix:/run/telltale.sock` (port 0: any). Throws
  /// std::runtime_error with one sentence: "cannot listen on 0.0.0.0:80: permission denied; …what to do…". `[::]`
  /// includes IPv4, unless an IPv4 address with that port is already bound. A Unix socket has mode 0666; the
  /// directory's permissions control access. It replaces a stale socket file and is removed at the end. Each request
  /// carries the number of the `listen` call it arrived by, from 0.
  virtual void listen(const std::string& address) = 0;
  /// The bound addresses with real ports, in the order of `listen`.
  virtual std::vector<std::string> addresses() const = 0;
  virtual std::size_t connections() const = 0;
  /// Requests that did not reach `answer` (400, 405, 408, 413, 431, 505) since the start, by status.
  virtual const std::map<int, std::uint64_t>& refusals() const = 0;
  /// Stops accepting, closes idle connections and completes responses in progress. Then calls `done` from the loop,
  /// once per call. Takes at most the header, write and linger limits together.
  virtual void stop(std::function<void()> done) = 0;
};

/// Throws tls_file_error when TLS files are missing or do not match. The running server picks up renewed files.
std::unique_ptr<http_server> make_http_server(boost::asio::io_context&, http_server::handler, http_limits = {},
                                              std::optional<tls_files> = {});

}  // namespace telltale
