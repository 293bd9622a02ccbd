// The memory a worker shares with the program: how far it has come in its batch, and what the runs found.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// One page of bookkeeping and the outcomes behind it. The program opens it for a batch, the worker takes the runs one
/// after the other and writes what they found; neither needs a system call for that, and what a worker wrote is there
/// even when it hangs or has died. Why no run begins twice is shown in docs/decisions/003-batches-and-single-flight.md.
///
/// The worker is not trusted: the program copies bytes out before it looks at them, and finds in every field something
/// it can live with. Lives in memory that both processes have mapped, so it has neither pointers nor locks.
class ledger {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t outcome_bytes = 256 * 1024;
  /// More than any outcome takes that is within outcome_limits.hpp.
  static constexpr std::size_t largest_outcome = 16 * 1024;

  // ---- the program

  /// The worker has nothing to do and may begin this batch. Its first run counts as begun. `waited_for`: the program
  /// wants to be woken when something has been written; else it will look by itself.
  void open(std::uint64_t batch, bool waited_for = true);
  /// It has come to wait after all. What was written before this is there to be read after it.
  void wait_for() { waited_for_.store(1); }
  /// From now on no further run of the batch begins. Says how many have begun.
  std::size_t close(std::uint64_t batch);
  /// How many have begun and will ever begin, once one of the two has closed the batch.
  std::optional<std::size_t> closed(std::uint64_t batch) const;
  /// When the newest run began, by the worker's word.
  time_point began() const;
  bool has_written_since(std::size_t from) const { return used_.load() != from; }
  /// A copy of what was written behind `from`; nothing when it lies outside the memory.
  std::optional<std::string> written_since(std::size_t from) const;

  // ---- the worker

  /// Takes the run with this index, if the program has not taken it away. Of each batch the first needs no taking.
  bool begin(std::uint64_t batch, std::size_t index, time_point now);
  bool is_waited_for() const { return waited_for_.load() != 0; }
  /// There is no room: the rest goes back to the program.
  bool has_room() const;
  void write(std::string_view outcome);

 private:
  // batch, closed, and how many have begun, in one word: who changes it first wins.
  static constexpr std::uint64_t begun_mask = (1U << 23) - 1;
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 23;
  static std::uint64_t word(std::uint64_t batch, std::size_t begun) { return batch << 24 | (begun & begun_mask); }
  static bool is_of(std::uint64_t batch, std::uint64_t state) { return state >> 24 == (batch << 24 >> 24); }

  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::int64_t> began_ns_{0};
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint32_t> waited_for_{1};
  char outcomes_[outcome_bytes];

  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace telltale
