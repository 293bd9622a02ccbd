// Who is connected, whose time is over, and who has to go when there is no room for one more.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

namespace telltale {

/// What a connection is doing; each has its time limit.
enum class phase : std::uint8_t {
  opening,  ///< the TLS handshake
  waiting,  ///< for the first byte of a request
  head,     ///< for the rest of its head
  sending,  ///< an answer
  parting,  ///< reading on after the last answer
};
constexpr std::size_t phase_count = 5;
using phase_limits = std::array<std::chrono::milliseconds, phase_count>;

/// Something that can be thrown out.
class droppable {
 public:
  /// To be closed at once; may leave the list.
  virtual void drop() noexcept = 0;
  /// It has been in its phase for too long: enters another one, or leaves.
  virtual void expire() noexcept = 0;

 protected:
  ~droppable() = default;
};

/// Everything is O(1), because a flood goes through here.
class connection_list {
 public:
  using clock = std::chrono::steady_clock;

  /// Who is between requests, or new, is idle. An idle member younger than this is spared: under a flood of half-sent
  /// requests the only idle connection is the honest one that arrived a moment ago.
  static constexpr std::chrono::milliseconds grace{1'000};

  class membership;

  /// Joins in the phase `opening`. `who` must outlive the membership, and the list too.
  membership join(droppable& who, clock::time_point now);

  std::size_t size() const;

  /// Drops the one that has been idle longest; when nobody has been idle for long, the one longest busy with the same
  /// thing. False when nobody is there. The dropped one counts no more, even if its membership lasts a little longer.
  bool evict(clock::time_point now);
  void drop_idle();
  void drop_all();

  /// Tells everybody whose time is over.
  void expire(clock::time_point now, const phase_limits&);
  /// When the next one's time is over; nothing when nobody is there.
  std::optional<clock::time_point> next_expiry(const phase_limits&) const;

 private:
  struct record {
    droppable* who;
    clock::time_point since;
    std::size_t where;  ///< a phase, or `dropped`
  };
  using records = std::list<record>;
  static constexpr std::size_t dropped = phase_count;

  void move(records::iterator, std::size_t to, clock::time_point now);
  void drop(records::iterator);
  records* oldest_of(phase first, phase last);

  std::array<records, phase_count + 1> lists_;  // each in the order of `since`
};

/// Leaves the list when destroyed.
class connection_list::membership {
 public:
  membership(connection_list& list, records::iterator at) : list_(&list), at_(at) {}
  membership(membership&& other) noexcept;
  membership& operator=(membership&&) = delete;
  ~membership() { leave(); }

  /// Its time in the phase begins anew. Nothing for somebody dropped.
  void enter(phase, clock::time_point now);
  void leave();

 private:
  connection_list* list_;
  records::iterator at_;
};

}  // namespace telltale
