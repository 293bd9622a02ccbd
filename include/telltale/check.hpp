// A check that may block: plain synchronous code, run in a worker process.
#pragma once

#include <chrono>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

/// When a check is examined: a slow look, off the normal cadence, such as SQLite's quick_check.
struct examination_schedule {
  std::chrono::milliseconds every{};    ///< from the beginning of one to the beginning of the next
  std::chrono::milliseconds timeout{};  ///< the worker is killed soon after it
};

/// What the last examination found, as later probes are told.
struct examination {
  outcome found;
  std::chrono::nanoseconds age{0};                        ///< since it ended
  std::optional<std::chrono::nanoseconds> last_pass_age;  ///< since the end of the last one that passed, if any did
  friend bool operator==(const examination&, const examination&) = default;
};

/// What a blocking probe is told about its run.
struct probe_context {
  boot_clock::time_point now;                        ///< when this run began
  boot_clock::time_point deadline;                   ///< the worker is killed soon after it
  std::chrono::system_clock::time_point started_at;  ///< when the program started, for comparing with file times
  telltale::memory& memory;                          ///< kept between runs, see memory.hpp
  std::optional<examination> examined{};             ///< the last examination; nothing before the first has ended
};

/// Base of checks that touch anything which may block: paths, SQLite, system calls on foreign files.
///
/// Built from its options in a worker process and used there by one thread only. `probe` may be killed at any
/// instruction once the deadline has passed, and may run in another worker next time: keep state in `ctx.memory`.
/// Exceptions become `fail internal`; a crash becomes `fail crashed`. Neither touches any other check.
class blocking_check {
 public:
  virtual ~blocking_check() = default;
  virtual outcome probe(probe_context& ctx) = 0;

  /// The slow look, for types whose options have `std::optional<examination_schedule> examination() const`. Runs in a
  /// worker of its own with a time limit and a memory of its own, beside the probes but never twice at a time, and may
  /// be killed like them. It passes when all is well, fails when something is wrong, and warns when it came to nothing;
  /// a failure stays until a later one passes or fails. What it finds reaches the gates through the next `probe`, which
  /// is given it as `ctx.examined`.
  virtual outcome examine(probe_context&) { return {}; }
};

}  // namespace telltale
