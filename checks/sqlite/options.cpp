// Declares the options of the sqlite check and the rules between them.
#include "sqlite/options.hpp"

namespace telltale::sqlite {
namespace {

using namespace std::chrono_literals;

/// Reading a whole database costs disk time and cache.
constexpr std::chrono::milliseconds min_every = 1s;
constexpr std::chrono::milliseconds min_timeout = 100ms;
/// Schedule of deep checks when only the backup has one.
constexpr deep_check_schedule backup_only{6h, 1min};

}  // namespace

options_of<integrity_options> integrity_options::declared() {
  return options_of<integrity_options>()
      .required("every", &integrity_options::every,
                "Time between two examinations; the first comes within seconds of the start.")
      .optional("timeout", &integrity_options::timeout,
                "How long one examination may take; the WAL may grow meanwhile, because it cannot be restarted.");
}

options_of<backup_options> backup_options::declared() {
  return options_of<backup_options>()
      .required("path", &backup_options::path, "The backup's file.")
      .optional("max_age", &backup_options::max_age, "How old its last modification may be.")
      .optional("integrity", &backup_options::integrity,
                "Also examine it with quick_check, at the times of `integrity` or else every 6h.");
}

std::optional<deep_check_schedule> sqlite_options::deep_check() const {
  if (integrity) return deep_check_schedule{integrity->every, integrity->timeout};
  return checks_whole_backup() ? std::optional(backup_only) : std::nullopt;
}

void sqlite_options::validate(source_location at, problems& errors) const {
  if (mode != probe_mode::query && query) errors.add(at, "query: needs `mode: query`");
  if (query && query->find_first_not_of(" \t\r\n;") == std::string::npos)
    errors.add(at, "query: contains no statement");
  if (integrity && integrity->timeout < min_timeout)
    errors.add(at, "integrity.timeout: " + to_text(integrity->timeout) + " is too short - use at least 100ms");
  if (integrity && integrity->every < min_every)
    errors.add(at, "integrity.every: " + to_text(integrity->every) + " is too short - use at least 1s");
  else if (integrity && integrity->timeout >= integrity->every)
    errors.add(at, "integrity.timeout: " + to_text(integrity->timeout) + " is not below integrity.every " +
                       to_text(integrity->every) + " - an examination must end before the next one is due");
  if (encrypted) validate_encrypted(at, errors);
  if (backup && backup->path == path) errors.add(at, "backup.path: must not be the database itself");
  if (expect && !query) errors.add(at, "expect: needs a `query` whose value it is compared with");
}

void sqlite_options::validate_encrypted(source_location at, problems& errors) const {
  const auto refuse = [&](const char* what) {
    errors.add(at, std::string(what) + ": telltale has no key to an encrypted database");
  };
  if (mode != probe_mode::inspect) refuse("mode");
  if (expect_wal == wal_expectation::fail) refuse("expect_wal");
  if (integrity) refuse("integrity");
  if (checks_whole_backup()) refuse("backup.integrity");
}

options_of<sqlite_options> sqlite_options::declared() {
  return options_of<sqlite_options>()
      .required("path", &sqlite_options::path, "The database file; its -wal and -shm are found beside it.")
      .optional("mode", &sqlite_options::mode,
                "inspect reads only files and locks and modifies nothing; query also reads through SQLite; write also "
                "takes the write lock briefly.")
      .optional("encrypted", &sqlite_options::encrypted,
                "The database is encrypted (SQLCipher, SEE): files, locks and the log are judged, pages are not.")
      .optional("expect_wal", &sqlite_options::expect_wal, "Verdict when the journal mode is not WAL.")
      .optional("wal_backlog", &sqlite_options::wal_backlog,
                "Committed data in the WAL that no checkpoint has copied into the database yet.")
      .optional("wal_log", &sqlite_options::wal_log,
                "Length of a log that keeps growing because no commit can restart it (checkpoint starvation).")
      .optional("wal_size", &sqlite_options::wal_size,
                "Size of the -wal file, which stays large after a checkpoint: prefer wal_backlog and wal_log.")
      .optional("database_size", &sqlite_options::database_size, "Size of the database file.")
      .optional("writer_lock", &sqlite_options::writer_lock, "How long the write lock may be held without a commit.")
      .optional("last_commit_age", &sqlite_options::last_commit_age,
                "Maximum time since the last commit, counted from the first run at the earliest.")
      .optional("query", &sqlite_options::query,
                "One read-only SELECT for `mode: query`. The first value of its first row is the result.")
      .optional("expect", &sqlite_options::expect,
                "Expectation of the query's result: a value, or an operator (== != < <= > >= ~ !~) and a value.")
      .optional("integrity", &sqlite_options::integrity,
                "Examines the whole database with `PRAGMA quick_check`, in a worker of its own and beside the probes.")
      .optional("backup", &sqlite_options::backup,
                "Verifies that a backup exists, is recent and intact, and has a current `user_version`.");
}

}  // namespace telltale::sqlite
