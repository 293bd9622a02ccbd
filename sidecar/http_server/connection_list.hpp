// Who is connected, and who has to go when there is no room for one more.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

namespace telltale {

/// Something that can be thrown out.
class droppable {
 public:
  virtual void drop() noexcept = 0;

 protected:
  ~droppable() = default;
};

/// Members are idle (between requests, or new) or busy. Everything is O(1), because a flood goes through here.
class connection_list {
 public:
  using clock = std::chrono::steady_clock;

  /// An idle member younger than this is spared: under a flood of half-sent requests the only idle connection is the
  /// honest one that arrived a moment ago.
  static constexpr std::chrono::milliseconds grace{1'000};

  class membership;

  /// Joins as idle. `who` must outlive the membership, and the list too.
  membership join(droppable& who, clock::time_point now);

  std::size_t size() const { return idle_.size() + busy_.size(); }

  /// Drops the one that has been idle longest; when nobody has been idle for long, the one longest busy with the same
  /// thing. False when nobody is there. The dropped one counts no more, even if its membership lasts a little longer.
  bool evict(clock::time_point now);
  void drop_idle();
  void drop_all();

 private:
  enum class state : std::uint8_t { idle, busy, dropped };
  struct record {
    droppable* who;
    clock::time_point since;
    state is;
  };
  using records = std::list<record>;

  records& of(state s) { return s == state::idle ? idle_ : s == state::busy ? busy_ : dropped_; }
  void move(records::iterator, state to, clock::time_point now);
  void drop(records::iterator);

  records idle_;  // each list in the order of `since`
  records busy_;
  records dropped_;
};

/// Leaves the list when destroyed.
class connection_list::membership {
 public:
  membership(connection_list& list, records::iterator at) : list_(&list), at_(at) {}
  membership(membership&& other) noexcept;
  membership& operator=(membership&&) = delete;
  ~membership() { leave(); }

  void idle(clock::time_point now);
  void busy(clock::time_point now);
  void leave();

 private:
  connection_list* list_;
  records::iterator at_;
};

}  // namespace telltale
