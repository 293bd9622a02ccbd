// The base class of checks that may block: synchronous code that runs in a worker process.
#pragma once

#include <chrono>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

/// The schedule of a deep check: a slow test beside the probes, such as SQLite's quick_check.
struct deep_check_schedule {
  std::chrono::milliseconds every{};    ///< from start to start
  std::chrono::milliseconds timeout{};  ///< the worker is killed soon after it
};

/// The result of the last deep check, as passed to later probes.
struct deep_check_result {
  outcome found;
  std::chrono::nanoseconds age{0};                        ///< since it ended
  std::optional<std::chrono::nanoseconds> last_pass_age;  ///< since the end of the last one that passed, if any did
  friend bool operator==(const deep_check_result&, const deep_check_result&) = default;
};

/// The context of one run of a blocking probe.
struct probe_context {
  boot_clock::time_point now;                          ///< when this run began
  boot_clock::time_point deadline;                     ///< the worker is killed soon after it
  std::chrono::system_clock::time_point started_at;    ///< when the program started, for comparing with file times
  telltale::memory& memory;                            ///< kept between runs, see memory.hpp
  std::optional<deep_check_result> last_deep_check{};  ///< the last deep check; empty before the first has ended
};

/// Base of checks whose operations may block: paths, SQLite, system calls on files of other programs.
///
/// Built from its options in a worker process and used there by one thread only. `probe` may be killed at any
/// instruction once the deadline has passed, and may run in another worker next time: keep state in `ctx.memory`.
/// Exceptions become `fail internal`; a crash becomes `fail crashed`. Neither affects any other check.
class blocking_check {
 public:
  virtual ~blocking_check() = default;
  virtual outcome probe(probe_context& ctx) = 0;

  /// The deep check, for types whose options have `std::optional<deep_check_schedule> deep_check() const`. Runs in
  /// its own worker with its own time limit and state, beside the probes but never twice at the same time. It may be
  /// killed like a probe. It passes when the target is healthy, fails when it is not, and warns when it could not find
  /// out. A failure persists until a later one passes or fails. The next `probe` receives the result as
  /// `ctx.last_deep_check`, and only its verdict reaches the gates.
  virtual outcome deep_check(probe_context&) { return {}; }
};

}  // namespace telltale
