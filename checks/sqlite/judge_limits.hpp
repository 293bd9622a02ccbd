// Holds what was measured against the configured limits.
#pragma once

#include <chrono>
#include <optional>

#include <telltale/outcome.hpp>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// What only a comparison with earlier runs knows.
struct progress {
  std::optional<std::chrono::nanoseconds> writer_held;
  std::optional<std::chrono::nanoseconds> last_commit;
  bool log_starved = false;        ///< starvation.hpp
  bool just_being_copied = false;  ///< backlog.hpp
};

/// Adds measurements and crossed limits. The look must have found a database.
void judge_limits(const observation&, const progress&, const sqlite_options&, findings&);

/// Only the measurements, for a look whose numbers make sense whatever else is wrong.
void measure(const observation&, const progress&, findings&);

/// Whether the write lock has been held for longer than its limit allows.
bool writer_overdue(const progress&, const sqlite_options&);

/// Bytes of committed pages that no checkpoint has copied yet; nothing while that cannot be known.
std::optional<std::uint64_t> backlog_bytes(const observation&);

}  // namespace telltale::sqlite
