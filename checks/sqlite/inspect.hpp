// The read-only part of the check: observes the files, compares with earlier runs, and judges.
#pragma once

#include <string>

#include <telltale/check.hpp>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// The result of an inspection, to which other modes add findings.
struct inspection {
  observation seen;
  findings found;
  std::string healthy;      ///< the message when there are no findings
  reason why = reason::ok;  ///< or `idle`

  /// Whether SQLite may open the database: inspection found no failure.
  bool sound() const { return found.worst_verdict() != verdict::fail && seen.readable() && !seen.hot_journal(); }
};

/// Opens nothing for writing, takes no lock, creates no file and leaves no descriptor open.
inspection inspect(const sqlite_options&, probe_context&);

/// Converts an inspection into an outcome whose message starts with the file's name.
outcome finish(inspection&&, const sqlite_options&);

}  // namespace telltale::sqlite
