// Keeps the connection of one check open between its runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <telltale/option.hpp>

#include "net/dial.hpp"

namespace telltale::net {

/// `options_of<my_options>().include(&my_options::kept)` adds it to the type's own.
struct reconnect_options {
  std::chrono::milliseconds reconnect{300'000};
  static options_of<reconnect_options> declared();
};

/// The state that a protocol keeps as long as the connection, such as an HTTP/2 session.
struct session_state {
  virtual ~session_state() = default;
  /// What the protocol sends before a connection between two runs is closed.
  virtual std::string_view farewell() const { return {}; }
};

/// A connection that `kept_connection::open` has lent to one run. Destroying it closes the connection.
struct lent_connection {
  std::unique_ptr<stream> line;          ///< empty exactly when `failed` is a failure
  std::unique_ptr<session_state> state;  ///< of the earlier runs; empty on a new connection
  bool reused = false;
  phase where = phase::resolve;                  ///< the last phase of `dial` that was begun
  finding failed;                                ///< the sentence does not name the target
  time_point since{};                            ///< when it was opened
  std::optional<tls_facts::expiry> certificate;  ///< as in `run`
  bool client_certificate_wanted = false;        ///< as in `run`

  /// A reused connection may be dead without notice, behind a NAT or a load balancer. Until the first byte of a reply
  /// it has half of the remaining time, so that the rest is left for a new one. No effect on a new one.
  void wait_for_first_byte(const run&);
};

/// Whether a server needs so long for its reply, more than a quarter of the time of the run, that its connection is not
/// kept: a reused one has less time. `wait` is that for the reply.
bool is_slow(const run&, std::chrono::nanoseconds wait);

/// At most one connection, for runs that never overlap. While it is idle it has no timer and no pending operation.
///
/// A server may close a connection at the moment at which a request is sent. A run that finds a *reused* connection
/// broken or silent before the first byte of a reply therefore calls `open` again, once, and does not report it:
///
///   for (;;) {
///     auto lent = co_await kept.open(now, target);
///     if (!lent.line) co_return lent.failed;
///     lent.wait_for_first_byte(now);
///     const auto reply = co_await talk(*lent.line);         // sets the deadline to now.until at the first byte
///     if (lent.reused && reply.broken_unanswered) continue;  // the next one is new
///     if (reply.ok) co_await kept.give_back(std::move(lent));
///     co_return reply.failed;
///   }
class kept_connection {
 public:
  /// What data from the peer means while nothing was requested.
  enum class idle_input : std::uint8_t {
    ends,    ///< the connection is not used again: HTTP/1, where it may be a 408
    allowed  ///< the protocol's own, such as a ping of HTTP/2
  };

  /// `reconnect`: the age up to which a connection is used again; 0: each run opens its own.
  explicit kept_connection(std::chrono::milliseconds reconnect, idle_input input = idle_input::ends)
      : reconnect_(reconnect), input_(input) {}

  /// The kept connection with the deadline of this run, if there is one that can be used; otherwise a new one by
  /// `dial`, whose phases are measured. Only the run has it then. All arguments must outlive the coroutine.
  boost::asio::awaitable<lent_connection> open(run&, const target&);

  /// For the end of a successful run: keeps the connection, or closes it gracefully when none is kept. After any
  /// failure the run destroys it instead.
  boost::asio::awaitable<void> give_back(lent_connection);

  /// Whether `open` may find a connection to use again.
  bool keeps() const { return reconnect_.count() > 0; }

 private:
  bool is_usable(const lent_connection&) const;

  std::chrono::milliseconds reconnect_;
  idle_input input_;
  std::optional<lent_connection> idle_;
};

}  // namespace telltale::net
