// Detects checkpoint starvation: a log that is copied into the database, grows, and is never restarted.
#pragma once

#include <telltale/limit.hpp>
#include <telltale/memory.hpp>
#include <telltale/units.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Whether a log whose copied part was over `limit` in the last run has grown since, under the same salts. A commit
/// restarts the log with new salts when every frame of it is copied and nobody reads it (walformat.html, section
/// 2.3.1): such a log starves no longer. One that gets long in this run may be a burst, and one that is not copied is
/// backlog. Without a further commit the answer stays for as long as somebody reads. Compares with `kept`, and keeps
/// what this run saw.
bool log_starved(memory& kept, const observation&, const upper_limit<bytes>& limit);

}  // namespace telltale::sqlite
