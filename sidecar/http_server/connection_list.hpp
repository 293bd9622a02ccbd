// Tracks connections with their phases, enforces time limits, and selects the connection to evict.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace telltale {

/// The phases of a connection; each has its own time limit.
enum class phase : std::uint8_t {
  opening,    ///< the TLS handshake
  waiting,    ///< for the first byte of a request
  head,       ///< for the rest of the head
  sending,    ///< a response
  lingering,  ///< reading on after the last response
};
constexpr std::size_t phase_count = 5;
using phase_limits = std::array<std::chrono::milliseconds, phase_count>;

class droppable {
 public:
  /// Closes at once; may leave the list.
  virtual void drop() noexcept = 0;
  /// The time limit of the current phase is over: enters another phase or leaves.
  virtual void expire() noexcept = 0;

 protected:
  ~droppable() = default;
};

/// All operations are O(1), because a flood of connections runs through them. One timer serves all connections; it does
/// not run without connections. Used on the loop's thread.
class connection_list {
 public:
  using clock = std::chrono::steady_clock;

  /// Connections that are new or between requests are idle. An idle connection younger than this is not evicted first:
  /// under a flood of incomplete requests it is probably a legitimate client.
  static constexpr std::chrono::milliseconds grace{1'000};
  /// Minimum time between two checks of the time limits, and thus the maximum delay of a limit.
  static constexpr std::chrono::milliseconds grain{10};

  class membership;

  connection_list(boost::asio::io_context& loop, phase_limits limits) : limits_(limits), timer_(loop) {}
  ~connection_list() { *alive_ = false; }
  connection_list(const connection_list&) = delete;
  connection_list& operator=(const connection_list&) = delete;

  /// Adds a connection in the phase `opening`. `who` and the list must outlive the membership.
  membership join(droppable& who, clock::time_point now);

  std::size_t size() const;

  /// Drops the connection that has been idle longest; without one idle for long, the one longest in its phase. Returns
  /// false when the list is empty. The dropped connection no longer counts, even if its membership lasts longer.
  bool evict(clock::time_point now);
  void drop_idle();
  /// Drops all connections and stops the timer.
  void drop_all();

  /// Expires the connections whose time limit is over at `now`, as the timer does.
  void expire(clock::time_point now);

 private:
  struct record {
    droppable* who;
    clock::time_point since;
    std::size_t where;  ///< index of a phase, or `dropped`
  };
  using records = std::list<record>;
  static constexpr std::size_t dropped = phase_count;

  void move(records::iterator, std::size_t to, clock::time_point now);
  void drop(records::iterator);
  records* oldest_of(phase first, phase last);
  void limit(std::size_t in_phase, clock::time_point since);
  void wait_until(clock::time_point);
  clock::time_point next_expiry() const;

  std::array<records, phase_count + 1> lists_;  // each ordered by `since`
  phase_limits limits_;
  boost::asio::steady_timer timer_;
  clock::time_point due_ = clock::time_point::max();  // of the timer
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class connection_list::membership {
 public:
  membership(connection_list& list, records::iterator at) : list_(&list), at_(at) {}
  membership(membership&& other) noexcept;
  membership& operator=(membership&&) = delete;
  ~membership() { leave(); }

  /// Restarts the time limit for the phase. Has no effect on a dropped connection. Throws what Asio's timers throw.
  void enter(phase, clock::time_point now);
  void leave();

 private:
  connection_list* list_;
  records::iterator at_;
};

}  // namespace telltale
