// Sends a request over the kept connection of a check and receives the reply.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "http/reply_reader.hpp"
#include "net/kept_connection.hpp"

namespace telltale::http {

/// One request of one run, in this order: `begin`, `read_body`, `end`. All arguments must outlive it. Destroying it
/// closes the connection unless `end` has given it back.
class exchange {
 public:
  /// `request` are its bytes.
  exchange(net::run& now, net::kept_connection& kept, const net::target& to, std::string_view request)
      : now_(now), kept_(kept), to_(to), request_(request) {}

  /// Opens or reuses the connection, sends the request and reads the head of the reply. A reused connection that the
  /// server has closed, or that is silent for half of the time, is replaced by a new one, once; the
  /// run's latency begins then.
  boost::asio::awaitable<finding> begin();
  const net::reply_head& head() const { return reader_->head(); }

  /// As `reply_reader::read_body`.
  boost::asio::awaitable<finding> read_body(std::size_t most, body_sink);
  std::uint64_t body_bytes() const { return reader_->body_bytes(); }
  bool cut() const { return reader_->cut(); }

  /// Brings the deadline of the connection forward, for a body that is not worth waiting for.
  void expire_by(net::time_point deadline) { lent_.line->expire_by(deadline); }

  /// For a run that has succeeded: the next one may use the connection, unless the server `is_slow`.
  boost::asio::awaitable<void> end();

 private:
  boost::asio::awaitable<finding> attempt();
  bool was_stale() const;

  net::run& now_;
  net::kept_connection& kept_;
  const net::target& to_;
  std::string_view request_;
  net::lent_connection lent_;
  std::optional<reply_reader> reader_;
  std::chrono::nanoseconds wait_{0};  ///< from the request to the head of its reply
};

}  // namespace telltale::http
