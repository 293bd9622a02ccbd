// Declares the options of the sqlite check and the rules between them.
#include "sqlite/options.hpp"

#include "sqlite/expectation.hpp"

namespace telltale::sqlite {

void sqlite_options::validate(place at, problems& errors) const {
  if (mode != probe_mode::query && query) errors.add(at, "query: needs `mode: query`");
  if (query && query->find_first_not_of(" \t\r\n;") == std::string::npos)
    errors.add(at, "query: there is no statement");
  if (!expect) return;
  if (!query) errors.add(at, "expect: needs a `query` whose value it can be held against");
  if (!parse_expectation(*expect)) errors.add(at, "expect: there is no value behind the operator");
}

options_of<sqlite_options> declared_options() {
  return options_of<sqlite_options>()
      .required("path", &sqlite_options::path, "The database file; its -wal and -shm are found beside it.")
      .optional(
          "mode", &sqlite_options::mode,
          "inspect looks at files and locks only and touches nothing; query also reads through SQLite; write also "
          "takes the write lock for a moment.")
      .optional("expect_wal", &sqlite_options::expect_wal, "What to say when the journal mode is not WAL.")
      .optional("wal_backlog", &sqlite_options::wal_backlog,
                "Committed data in the WAL that no checkpoint has copied into the database yet.")
      .optional("wal_size", &sqlite_options::wal_size,
                "Size of the -wal file, which stays large after a checkpoint: prefer wal_backlog.")
      .optional("database_size", &sqlite_options::database_size, "Size of the database file.")
      .optional("writer_lock", &sqlite_options::writer_lock,
                "How long the write lock may be seen held without a commit.")
      .optional("last_commit_age", &sqlite_options::last_commit_age,
                "How long there may be no commit, counted from when this was first seen.")
      .optional("query", &sqlite_options::query,
                "One SELECT for `mode: query`; it may only read. The first value of its first row is the result.")
      .optional("expect", &sqlite_options::expect,
                "What the query must give: a value, or an operator (== != < <= > >=) and a value.");
}

}  // namespace telltale::sqlite
