// Tracks connections with their phases and time limits, and selects the one to evict at the limit.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

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

/// All operations are O(1), because a flood of connections runs through them.
class connection_list {
 public:
  using clock = std::chrono::steady_clock;

  /// Connections that are new or between requests are idle. An idle connection younger than this is not evicted first:
  /// under a flood of incomplete requests it is probably a legitimate client.
  static constexpr std::chrono::milliseconds grace{1'000};

  class membership;

  /// Adds a connection in the phase `opening`. `who` and the list must outlive the membership.
  membership join(droppable& who, clock::time_point now);

  std::size_t size() const;

  /// Drops the connection that has been idle longest; without one idle for long, the one longest in its phase. Returns
  /// false when the list is empty. The dropped connection no longer counts, even if its membership lasts longer.
  bool evict(clock::time_point now);
  void drop_idle();
  void drop_all();

  void expire(clock::time_point now, const phase_limits&);
  /// When the next time limit is over; nothing when the list is empty.
  std::optional<clock::time_point> next_expiry(const phase_limits&) const;

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

  std::array<records, phase_count + 1> lists_;  // each ordered by `since`
};

class connection_list::membership {
 public:
  membership(connection_list& list, records::iterator at) : list_(&list), at_(at) {}
  membership(membership&& other) noexcept;
  membership& operator=(membership&&) = delete;
  ~membership() { leave(); }

  /// Restarts the time limit for the phase. Has no effect on a dropped connection.
  void enter(phase, clock::time_point now);
  void leave();

 private:
  connection_list* list_;
  records::iterator at_;
};

}  // namespace telltale
