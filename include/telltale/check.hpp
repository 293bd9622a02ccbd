// A check that may block: plain synchronous code, run in a worker process.
#pragma once

#include <chrono>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

/// What a blocking probe is told about its run.
struct probe_context {
  boot_clock::time_point now;                        ///< when this run began
  boot_clock::time_point deadline;                   ///< the worker is killed soon after it
  std::chrono::system_clock::time_point started_at;  ///< when the program started, for comparing with file times
  telltale::memory& memory;                          ///< kept between runs, see memory.hpp
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
};

}  // namespace telltale
