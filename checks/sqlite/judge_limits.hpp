// Adds measurements and compares them with the configured limits.
#pragma once

#include <chrono>
#include <optional>

#include <telltale/outcome.hpp>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Values from a comparison with earlier runs.
struct progress {
  std::optional<std::chrono::nanoseconds> writer_held;
  std::optional<std::chrono::nanoseconds> last_commit;
  bool log_starved = false;           ///< starvation.hpp
  bool backlog_being_copied = false;  ///< backlog.hpp
};

/// Adds measurements and exceeded limits. The observation must have a valid database.
void judge_limits(const observation&, const progress&, const sqlite_options&, findings&);

/// Adds only the measurements.
void measure(const observation&, const progress&, findings&);

/// Whether the write lock has been held for longer than its limit.
bool writer_overdue(const progress&, const sqlite_options&);

/// Bytes of committed pages that no checkpoint has copied yet; empty when unknown.
std::optional<std::uint64_t> backlog_bytes(const observation&);

}  // namespace telltale::sqlite
