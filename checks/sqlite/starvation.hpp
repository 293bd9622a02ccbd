// Detects checkpoint starvation: a log that is copied into the database, grows, and is never restarted.
#pragma once

#include <telltale/limit.hpp>
#include <telltale/memory.hpp>
#include <telltale/units.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Whether a log whose copied part exceeded `limit` in the last run has grown since, under the same salts. A commit
/// restarts the log with new salts when all its frames are copied and no reader uses it (walformat.html,
/// section 2.3.1). A log that only became long in this run may be a burst; an uncopied one is backlog. Without a
/// further commit the result is unchanged while a reader is active. Compares with `kept` and stores the values of this
/// run there.
bool log_starved(memory& kept, const observation&, const upper_limit<bytes>& limit);

}  // namespace telltale::sqlite
