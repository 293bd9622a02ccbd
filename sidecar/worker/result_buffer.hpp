// Memory shared between a worker and the program: the progress of a batch and the outcomes of its runs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// One page of bookkeeping followed by the outcomes. The program opens the buffer for a batch; the worker begins the
/// runs in order and appends their outcomes. Neither side needs a system call, and the outcomes survive a worker that
/// hangs or dies. docs/decisions/003-batches-and-single-flight.md shows why no run begins twice.
///
/// The program does not trust the worker: it copies the bytes before it decodes them and accepts any value in every
/// field. The memory is mapped by two processes, so it contains neither pointers nor locks.
class result_buffer {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::size_t outcome_bytes = 256 * 1024;
  /// Larger than any outcome within the limits of outcome_limits.hpp.
  static constexpr std::size_t largest_outcome = 16 * 1024;

  // ---- called by the program

  /// Starts a batch on an idle worker; its first run counts as begun. `wake_wanted`: the worker wakes the program when
  /// outcomes are available. Otherwise the program polls.
  void open(std::uint64_t batch, bool wake_wanted = true);
  /// Requests a wake-up for a running batch. Outcomes written before this call are readable after it.
  void request_wake() { wake_requested_.store(1); }
  /// Prevents further runs of the batch from beginning. Returns how many have begun.
  std::size_t close(std::uint64_t batch);
  /// Number of runs that have begun, once either side has closed the batch; no further run will begin.
  std::optional<std::size_t> closed(std::uint64_t batch) const;
  /// When the latest run began, as reported by the worker.
  time_point began() const;
  bool has_results_since(std::size_t from) const { return used_.load() != from; }
  /// Copies the bytes written after `from`. Returns nothing when `from` or the end lies outside the memory.
  std::optional<std::string> results_since(std::size_t from) const;

  // ---- called by the worker

  /// Begins the run with this index, unless the program has closed the batch. The first run of a batch needs no call.
  bool begin(std::uint64_t batch, std::size_t index, time_point now);
  bool wake_requested() const { return wake_requested_.load() != 0; }
  /// False when the buffer is full: the worker returns the remaining runs to the program.
  bool has_room() const;
  void write(std::string_view outcome);

 private:
  // Batch number, closed flag and number of begun runs share one word, so one compare-and-exchange changes them
  // together.
  static constexpr std::uint64_t begun_mask = (1U << 23) - 1;
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 23;
  static std::uint64_t word(std::uint64_t batch, std::size_t begun) { return batch << 24 | (begun & begun_mask); }
  static bool is_of(std::uint64_t batch, std::uint64_t state) { return state >> 24 == (batch << 24 >> 24); }

  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::int64_t> began_ns_{0};
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint32_t> wake_requested_{1};
  char outcomes_[outcome_bytes];

  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace telltale
