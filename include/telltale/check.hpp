// The base class of checks that may block: synchronous code that runs in a worker process.
#pragma once

#include <chrono>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

/// The context of one run of a blocking probe.
struct probe_context {
  boot_clock::time_point now;                        ///< when this run began
  boot_clock::time_point deadline;                   ///< the worker is killed soon after it
  std::chrono::system_clock::time_point started_at;  ///< when the program started, for comparing with file times
  telltale::memory& memory;                          ///< kept between runs, see memory.hpp
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
};

}  // namespace telltale
