// The base class of network checks: coroutines on the program's only thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <telltale/outcome.hpp>

namespace telltale {

/// What a name resolved to. `endpoints` is empty exactly when `error` is not.
struct resolution {
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;
  std::string error;        ///< a sentence, e.g. "db.internal does not resolve: Name or service not known"
  bool timed_out = false;   ///< the resolver did not answer in time
  bool remembered = false;  ///< the lookup failed; these are the last known good addresses
};

/// Resolves names without blocking the event loop. Numeric addresses are returned at once. Names are looked up in a
/// worker process; the last good answer is cached and used when the resolver fails.
class name_resolver {
 public:
  virtual ~name_resolver() = default;
  virtual boost::asio::awaitable<resolution> resolve(std::string host, std::uint16_t port,
                                                     std::chrono::steady_clock::time_point deadline) = 0;
};

/// The part of a network check that may block, such as reading a file of another program. It is the `blocking_check` of
/// the same type and options (`check_type::make_blocking`) and runs in a worker process, without blocking the loop.
class blocking_part {
 public:
  virtual ~blocking_part() = default;
  /// Its outcome, or by the deadline `fail` with `timeout`, `crashed` or `stuck`. One run at a time.
  virtual boost::asio::awaitable<outcome> run(std::chrono::steady_clock::time_point deadline) = 0;
};

/// The context of one run of an asynchronous probe. Copyable; what it points to outlives every probe.
struct async_context {
  boost::asio::any_io_executor executor;
  std::chrono::steady_clock::time_point deadline;  ///< one absolute deadline over all phases of the probe
  name_resolver* names = nullptr;
  blocking_part* part = nullptr;  ///< set for types with a blocking part
};

/// Base of network checks. Built once in the program; `probe` runs on its loop, never twice at the same time, so
/// members need no locks. It must never block, must stop by `ctx.deadline`, and must leave no operation behind when it
/// returns. A probe that overruns its deadline is reported as `timeout`, and further runs as `stuck` until it has
/// ended. Pass the context by value: a coroutine outlives its caller's temporaries.
class async_check {
 public:
  virtual ~async_check() = default;
  virtual boost::asio::awaitable<outcome> probe(async_context ctx) = 0;
  /// A reload builds each check anew. One with the same type and options may take over here what its predecessor
  /// remembers, which may still be running.
  virtual void continue_from(const async_check& /*before*/) {}
};

}  // namespace telltale
