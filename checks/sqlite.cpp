// The sqlite check: judges an SQLite database, mainly in WAL mode, from its files and locks.
#include <telltale/check_type.hpp>

#include "sqlite/encrypted.hpp"
#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"
#include "sqlite/query.hpp"
#include "sqlite/write.hpp"

namespace telltale::checks {
namespace {

class sqlite_check final : public blocking_check {
 public:
  explicit sqlite_check(sqlite::sqlite_options options) : options_(std::move(options)) {}

  outcome probe(probe_context& ctx) override {
    // Every descriptor of the inspection is closed before SQLite opens the file: closing one later would drop its
    // locks.
    auto found = sqlite::inspect(options_, ctx);
    if (options_.encrypted) sqlite::judge_encryption(found.seen, found.found);
    if (options_.mode == sqlite::probe_mode::query) sqlite::query(found, options_, ctx);
    if (options_.mode == sqlite::probe_mode::write) sqlite::try_write(found, options_, ctx);
    return sqlite::finish(std::move(found), options_);
  }

 private:
  sqlite::sqlite_options options_;
};

}  // namespace

check_type sqlite() {
  return blocking_type<sqlite_check, sqlite::sqlite_options>({
      .name = "sqlite",
      .summary = "Health of an SQLite database in WAL mode, read from its files and locks without modifying them.",
      .proves = "The database file is the one in use, its header and log are valid, and its values are within limits.",
      .does_not_prove = "That every page is valid (see sqlite_integrity), or that queries work (see `mode`).",
      .component = "datastore",
      .measurements =
          {
              {"database_bytes", "Size of the database file."},
              {"wal_bytes",
               "Size of the -wal file; large is normal after a burst, see wal_backlog_bytes and wal_log_bytes."},
              {"wal_backlog_bytes", "Committed pages in the WAL that no checkpoint has copied into the database yet."},
              {"wal_log_bytes", "Length of the log, copied or not: frames committed since it was last restarted."},
              {"page_count", "Pages of the database as its readers see it."},
              {"writer_lock_held_seconds", "How long the write lock has been seen held without a break; 0 when free."},
              {"readers", "Read marks in use, 0 to 5; several readers can share one."},
              {"last_commit_age_seconds", "Time since a commit was last seen, counted from the first run at most."},
              {"query_value", "First value of the query's first row, when it is a number."},
          },
  });
}

}  // namespace telltale::checks
