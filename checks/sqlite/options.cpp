// Declares the options of the sqlite check and the rules between them.
#include "sqlite/options.hpp"

namespace telltale::sqlite {

options_of<backup_options> backup_options::declared() {
  return options_of<backup_options>()
      .required("path", &backup_options::path, "The `path` of the added check.")
      .optional("max_age", &backup_options::max_age, "The `age` of the added check.")
      .optional("integrity", &backup_options::integrity,
                "The `integrity` of the added check: at the times of `integrity` here, or else every 6h.");
}

std::vector<added_check> sqlite_options::added_checks(const raw_value& written) const {
  std::vector<added_check> out;
  if (integrity) {
    out.push_back(added_integrity(*integrity, written));
    // Checkpoints cannot restart the log while it is read.
    if (const auto limit = wal_backlog.warn ? wal_backlog.warn : wal_backlog.fail)
      put_option(out.back().entry, "max_backlog", to_text(bytes{limit->count / 2}));
  }
  if (backup) out.push_back(added_backup(written));
  return out;
}

added_check sqlite_options::added_backup(const raw_value& written) const {
  const auto& group = *written.find("backup");
  added_check out{"backup", "sqlite_backup", raw_value::map({}, group.at)};
  take_option(out.entry, group, "path", "path");
  take_option(out.entry, group, "max_age", "age");
  take_option(out.entry, written, "path", "database");
  take_option(out.entry, written, "encrypted", "encrypted");
  if (!backup->integrity) return out;
  take_option(out.entry, written, "integrity", "integrity");
  if (integrity) return out;
  auto every = raw_value::map({}, group.at);
  put_option(every, "every", to_text(integrity_cadence.interval));
  out.entry.members.push_back({"integrity", group.at, std::move(every)});
  return out;
}

void sqlite_options::validate(source_location at, problems& errors) const {
  if (mode != probe_mode::query && query) errors.add(at, "query: needs `mode: query`");
  if (query && query->find_first_not_of(" \t\r\n;") == std::string::npos)
    errors.add(at, "query: contains no statement");
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
  if (backup && backup->integrity) refuse("backup.integrity");
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
                "Adds the check NAME-integrity, which reads the whole database: see sqlite_integrity.")
      .optional("backup", &sqlite_options::backup,
                "Adds the check NAME-backup, which judges a backup of the database: see sqlite_backup.");
}

}  // namespace telltale::sqlite
