// Tests pure functions of the sqlite check: result codes, options, URIs and the authorizer.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/options.hpp"
#include "sqlite/read_only_authorizer.hpp"
#include "sqlite/result_text.hpp"

using namespace telltale;
using namespace telltale::sqlite;
using namespace telltale::testing;

TEST_CASE("sqlite result codes: each has a reason, and extended codes override their primary code") {
  struct row {
    int code;
    verdict how_bad;
    reason why;
  };
  const row rows[] = {
      {SQLITE_BUSY, verdict::pass, reason::locked},
      {SQLITE_BUSY_RECOVERY, verdict::pass, reason::locked},
      {SQLITE_BUSY_TIMEOUT, verdict::pass, reason::locked},
      {SQLITE_CANTOPEN, verdict::fail, reason::denied},
      {SQLITE_CANTOPEN_FULLPATH, verdict::fail, reason::denied},
      {SQLITE_CANTOPEN_ISDIR, verdict::fail, reason::mismatch},
      {SQLITE_CORRUPT, verdict::fail, reason::corrupt},
      {SQLITE_CORRUPT_VTAB, verdict::fail, reason::corrupt},
      {SQLITE_NOTADB, verdict::fail, reason::corrupt},
      {SQLITE_IOERR_READ, verdict::fail, reason::corrupt},
      {SQLITE_IOERR_NOMEM, verdict::fail, reason::mismatch},
      {SQLITE_FULL, verdict::fail, reason::full},
      {SQLITE_READONLY, verdict::fail, reason::readonly},
      {SQLITE_READONLY_CANTINIT, verdict::pass, reason::idle},
      {SQLITE_READONLY_DBMOVED, verdict::fail, reason::replaced},
      {SQLITE_AUTH, verdict::fail, reason::mismatch},
      {SQLITE_INTERRUPT, verdict::fail, reason::timeout},
  };
  for (const auto& row : rows) {
    CAPTURE(row.code);
    const auto found = explain_result(row.code, "text");
    CHECK(found.verdict == row.how_bad);
    CHECK(found.reason == row.why);
    CHECK_FALSE(found.sentence.empty());
  }
}

TEST_CASE("sqlite result codes: every code that a database, its files or a query can produce has a message") {
  // Other codes of https://sqlite.org/rescode.html come from writing, which a probe does not do, or from misuse.
  const int codes[] = {SQLITE_ERROR,
                       SQLITE_PERM,
                       SQLITE_BUSY,
                       SQLITE_LOCKED,
                       SQLITE_NOMEM,
                       SQLITE_READONLY,
                       SQLITE_INTERRUPT,
                       SQLITE_IOERR,
                       SQLITE_CORRUPT,
                       SQLITE_FULL,
                       SQLITE_CANTOPEN,
                       SQLITE_PROTOCOL,
                       SQLITE_SCHEMA,
                       SQLITE_TOOBIG,
                       SQLITE_NOLFS,
                       SQLITE_AUTH,
                       SQLITE_FORMAT,
                       SQLITE_NOTADB,
                       SQLITE_ERROR_MISSING_COLLSEQ,
                       SQLITE_ERROR_RETRY,
                       SQLITE_ERROR_SNAPSHOT,
                       SQLITE_BUSY_RECOVERY,
                       SQLITE_BUSY_SNAPSHOT,
                       SQLITE_BUSY_TIMEOUT,
                       SQLITE_LOCKED_SHAREDCACHE,
                       SQLITE_LOCKED_VTAB,
                       SQLITE_IOERR_READ,
                       SQLITE_IOERR_SHORT_READ,
                       SQLITE_IOERR_WRITE,
                       SQLITE_IOERR_FSYNC,
                       SQLITE_IOERR_DIR_FSYNC,
                       SQLITE_IOERR_TRUNCATE,
                       SQLITE_IOERR_FSTAT,
                       SQLITE_IOERR_UNLOCK,
                       SQLITE_IOERR_RDLOCK,
                       SQLITE_IOERR_DELETE,
                       SQLITE_IOERR_BLOCKED,
                       SQLITE_IOERR_NOMEM,
                       SQLITE_IOERR_ACCESS,
                       SQLITE_IOERR_CHECKRESERVEDLOCK,
                       SQLITE_IOERR_LOCK,
                       SQLITE_IOERR_CLOSE,
                       SQLITE_IOERR_DIR_CLOSE,
                       SQLITE_IOERR_SHMOPEN,
                       SQLITE_IOERR_SHMSIZE,
                       SQLITE_IOERR_SHMLOCK,
                       SQLITE_IOERR_SHMMAP,
                       SQLITE_IOERR_SEEK,
                       SQLITE_IOERR_DELETE_NOENT,
                       SQLITE_IOERR_MMAP,
                       SQLITE_IOERR_GETTEMPPATH,
                       SQLITE_IOERR_CONVPATH,
                       SQLITE_IOERR_VNODE,
                       SQLITE_IOERR_AUTH,
                       SQLITE_IOERR_DATA,
                       SQLITE_IOERR_CORRUPTFS,
                       SQLITE_CANTOPEN_NOTEMPDIR,
                       SQLITE_CANTOPEN_ISDIR,
                       SQLITE_CANTOPEN_FULLPATH,
                       SQLITE_CANTOPEN_CONVPATH,
                       SQLITE_CANTOPEN_DIRTYWAL,
                       SQLITE_CANTOPEN_SYMLINK,
                       SQLITE_CORRUPT_VTAB,
                       SQLITE_CORRUPT_SEQUENCE,
                       SQLITE_CORRUPT_INDEX,
                       SQLITE_READONLY_RECOVERY,
                       SQLITE_READONLY_CANTLOCK,
                       SQLITE_READONLY_ROLLBACK,
                       SQLITE_READONLY_DBMOVED,
                       SQLITE_READONLY_CANTINIT,
                       SQLITE_READONLY_DIRECTORY,
                       SQLITE_AUTH_USER};
  for (const int code : codes) {
    CAPTURE(code);
    const auto found = explain_result(code, "text");
    CHECK_FALSE(contains(found.sentence, "SQLite returned code"));
    CHECK(found.sentence.size() > 10);
    // A code that does not fail has a message that explains why it does not pass either.
    if (found.verdict == verdict::pass) CHECK((found.reason == reason::idle || found.reason == reason::locked));
    if (found.reason == reason::internal) CHECK(found.verdict == verdict::fail);
  }
  for (const int code : {SQLITE_INTERNAL, SQLITE_MISUSE, SQLITE_CONSTRAINT, SQLITE_RANGE, SQLITE_NOTFOUND}) {
    const auto found = explain_result(code, "text");
    CHECK(found.reason == reason::internal);
    CHECK(contains(found.sentence, std::to_string(code)));
  }
}

TEST_CASE("sqlite result codes: an unknown code is internal, with its number") {
  const auto found = explain_result(200, "what is this");
  CHECK(found.reason == reason::internal);
  CHECK(found.sentence == "SQLite returned code 200: what is this");
}

TEST_CASE("sqlite options: contradictory options are rejected") {
  auto problem_of = [](std::vector<raw_member> members) {
    problems errors;
    members.push_back(option("path", "/data/app.db"));
    checks::sqlite().validate(raw_value::map(std::move(members)), errors, {});
    return errors.empty() ? std::string() : errors.list().front().message;
  };
  CHECK(problem_of({}) == "");
  CHECK(problem_of({option("mode", "query"), option("query", "SELECT 1"), option("expect", ">= 1")}) == "");
  CHECK(problem_of({option("query", "SELECT 1")}) == "query: needs `mode: query`");
  CHECK(problem_of({option("mode", "query"), option("query", " ; ")}) == "query: contains no statement");
  CHECK(problem_of({option("mode", "query"), option("expect", "1")}) ==
        "expect: needs a `query` whose value it is compared with");
  CHECK(problem_of({option("mode", "query"), option("query", "SELECT 1"), option("expect", ">=")}) ==
        "expect: expected a value, or an operator and a value as in \"< 100\", not '>=' - a value is missing");
  CHECK_FALSE(problem_of({option("mode", "inspekt")}).empty());
}

TEST_CASE("sqlite options: the declaration is complete") {
  const auto type = checks::sqlite();
  CHECK(type.name == "sqlite");
  CHECK(type.make_blocking);
  CHECK_FALSE(type.make_async);
  for (const auto& info : type.options) CHECK(info.doc.ends_with("."));
}

TEST_CASE("sqlite URIs: special characters of paths are escaped") {
  CHECK(database_uri("/data/app.db", access::read) == "file:/data/app.db?mode=ro");
  CHECK(database_uri("/data/app.db", access::read_without_trace) == "file:/data/app.db?mode=ro&readonly_shm=1");
  CHECK(database_uri("/a b?c#d%", access::write) == "file:/a%20b%3Fc%23d%25?mode=rw");
  CHECK(database_uri("//host/app.db", access::read) == "file:/host/app.db?mode=ro");
  CHECK(database_uri("app.db", access::read) == "file:app.db?mode=ro");
}

TEST_CASE("sqlite authorizer: only reading is permitted") {
  auto allowed = [](int action, const char* first = nullptr, const char* second = nullptr) {
    return authorize_reading(nullptr, action, first, second, nullptr, nullptr) == SQLITE_OK;
  };
  CHECK(allowed(SQLITE_SELECT));
  CHECK(allowed(SQLITE_READ, "t", "x"));
  CHECK(allowed(SQLITE_FUNCTION, nullptr, "count"));
  CHECK(allowed(SQLITE_PRAGMA, "Quick_Check", nullptr));
  CHECK(allowed(SQLITE_PRAGMA, "user_version", nullptr));
  CHECK_FALSE(allowed(SQLITE_PRAGMA, "user_version", "3"));
  CHECK_FALSE(allowed(SQLITE_PRAGMA, "wal_checkpoint", nullptr));
  CHECK_FALSE(allowed(SQLITE_FUNCTION, nullptr, "load_extension"));
  // Action codes run from 1 (SQLITE_CREATE_INDEX) to 33 (SQLITE_RECURSIVE).
  for (int action = 0; action <= 40; ++action) {
    if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE || action == SQLITE_FUNCTION)
      continue;
    CAPTURE(action);
    CHECK_FALSE(allowed(action));
  }
}
