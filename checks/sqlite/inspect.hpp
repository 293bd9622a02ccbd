// The zero-touch part of the check: looks, compares with earlier runs, judges.
#pragma once

#include <string>

#include <telltale/check.hpp>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// What inspection found, still open for the findings of a deeper mode.
struct inspection {
  observation seen;
  findings found;
  std::string healthy;      ///< the sentence when nothing is wrong
  reason why = reason::ok;  ///< or `idle`

  /// The database can be given to SQLite: nothing that inspection found speaks against it.
  bool sound() const { return found.worst_verdict() != verdict::fail && seen.readable() && !seen.hot_journal(); }
};

/// Opens nothing for writing, takes no lock and creates no file; no descriptor is left open.
inspection inspect(const sqlite_options&, probe_context&);

/// Closes an inspection: the file's name goes in front of the sentence.
outcome finish(inspection&&, const sqlite_options&);

}  // namespace telltale::sqlite
