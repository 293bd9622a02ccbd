// HTTP/1.1 on sockets: limits, deadlines, connection bookkeeping. Knows nothing of checks.
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

/// Limits with their reasons; the defaults are what production uses.
struct http_limits {
  std::size_t header_bytes = 8192;                   ///< whole request head; above: 431
  std::chrono::milliseconds header_deadline{5'000};  ///< from the first byte to the end of the head; then 408
  std::chrono::milliseconds idle_timeout{15'000};    ///< between requests; above Prometheus' and below LB defaults
  std::chrono::milliseconds write_deadline{5'000};   ///< a peer that does not read is dropped
  std::size_t requests_per_connection = 100;
  std::size_t max_connections = 0;                ///< 0: half the descriptor limit
  std::chrono::milliseconds accept_backoff{100};  ///< after EMFILE and the like
  std::chrono::milliseconds linger{1'000};        ///< after the last answer, for the peer to have read it
  std::chrono::milliseconds tls_look{3'000};      ///< between two looks for a renewed certificate
  std::size_t drain_bytes = 2'097'152;            ///< read and thrown away meanwhile: a 1 MiB head sees its 431
};

struct tls_files {
  std::string cert;  ///< PEM chain
  std::string key;   ///< PEM
};

/// A TLS file that cannot be used; `what()` is one sentence that names it.
class tls_file_error : public std::runtime_error {
 public:
  enum class file : std::uint8_t { cert, key };
  tls_file_error(file which, const std::string& sentence) : std::runtime_error(sentence), which_(which) {}
  file which() const { return which_; }

 private:
  file which_;
};

/// Lives on the io_context's only thread and must be destroyed before it; that closes every connection at once.
/// `answer` is called once per well-formed request and must not throw; methods are as sent, `HEAD` needs no care.
class http_server {
 public:
  using handler = std::function<reply(const request&)>;

  virtual ~http_server() = default;

  /// Binds and listens: `127.0.0.1:9640`, `[::]:9640`, `unix:/run/telltale.sock` (port 0: any). Throws
  /// std::runtime_error with one sentence: "cannot listen on 0.0.0.0:80: permission denied; …what to do…".
  /// `[::]` takes IPv4 as well, unless an IPv4 address with that port was listened on before. A Unix socket has mode
  /// 0666 (its folder decides who may enter), replaces a stale socket file and is removed in the end. Requests carry
  /// the number of the call that they came in by, from 0.
  virtual void listen(const std::string& address) = 0;
  /// What was bound, with real ports, in the order of `listen`.
  virtual std::vector<std::string> addresses() const = 0;
  virtual std::size_t connections() const = 0;
  /// Requests that never reached `answer` (400, 405, 408, 413, 431, 505), by status, since the start.
  virtual const std::map<int, std::uint64_t>& refusals() const = 0;
  /// Stops accepting, closes idle connections, lets answers under way finish; then calls `done`, from the loop and
  /// once per call. Ends within the header, write and linger limits together, whatever peers do.
  virtual void stop(std::function<void()> done) = 0;
};

/// Throws tls_file_error when the TLS files are missing or do not fit together. Renewed files are taken over while
/// the server runs.
std::unique_ptr<http_server> make_http_server(boost::asio::io_context&, http_server::handler, http_limits = {},
                                              std::optional<tls_files> = {});

}  // namespace telltale
