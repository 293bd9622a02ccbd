// Tests databases that need a newer SQLite or the application's extensions: neither is damage.
#include <sqlite3.h>

#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace {

constexpr std::uint32_t newer_number = 3047002;
const std::string needs_newer =
    fmt::format("its schema needs a newer SQLite (written by 3.47.2, this is {})", SQLITE_VERSION);

/// Statements that a later SQLite reads and 3.40 does not, each in a schema.
constexpr const char* newer_schemas[] = {
    "'view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT group_concat(x ORDER BY x) FROM t'",  // 3.44
    "'view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT 1_000'",                              // 3.46
    "'trigger', 'g', 't', 0, 'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT percentile(1) WITHIN GROUP (ORDER BY 1); "
    "END'",  // 3.47
};

sqlite_probe querying(const std::string& path, const char* sql, const char* expect = nullptr) {
  std::vector<raw_member> options;
  options.push_back(option("mode", "query"));
  options.push_back(option("query", sql));
  if (expect) options.push_back(option("expect", expect));
  return sqlite_probe(path, std::move(options));
}

void overwrite(const std::string& path, std::size_t at, const std::string& bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  REQUIRE(::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(bytes.size()));
  ::close(fd);
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

/// The offset of the last page 1 in the log, which overrides the file's.
std::size_t page_one_in_log(const std::string& log) {
  const auto text = read_file(log);
  std::size_t found = 0;
  for (std::size_t frame = 32; frame + 24 + 4096 <= text.size(); frame += 24 + 4096)
    if (text.substr(frame, 4) == big_endian(1)) found = frame + 24;
  REQUIRE(found > 0);
  return found;
}

/// A database in use with this row in its schema, written without SQLite's validation.
void make_with_schema(application& app, const std::string& path, const std::string& row) {
  make_wal_database(app, path);
  app.run("PRAGMA writable_schema = 1; INSERT INTO sqlite_schema VALUES (" + row + ")");
}

/// The same, with `number` as the release of the SQLite that wrote it, and page 1 in the file.
void make_written_by(application& app, const std::string& path, std::uint32_t number, const std::string& row) {
  make_with_schema(app, path, row);
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  overwrite(path, 96, big_endian(number));
  app.run("INSERT INTO t VALUES (2)");
}

}  // namespace

TEST_CASE("sqlite newer: a schema that needs a newer SQLite warns in query, integrity and backup") {
  for (const auto* row : newer_schemas) {
    CAPTURE(std::string(row));
    const temp_folder at;
    application app;
    make_written_by(app, at / "app.db", newer_number, row);
    CHECK(
        contains(querying(at / "app.db", "SELECT count(*) FROM t").result(), "warn mismatch: app.db: " + needs_newer));
    CHECK(contains(querying(at / "app.db", "SELECT 2", "2").result(), "warn mismatch: app.db: " + needs_newer));
    CHECK(contains(integrity_probe(at / "app.db").result(), "warn mismatch: app.db: not checked: " + needs_newer));

    std::filesystem::copy_file(at / "app.db", at / "app.bak");
    std::vector<raw_member> immutable;
    immutable.push_back(option("immutable", "true"));
    CHECK(contains(integrity_probe(at / "app.bak", std::move(immutable)).result(),
                   "warn mismatch: app.bak: not checked: " + needs_newer));
    CHECK(sqlite_probe(at / "app.db").run().verdict == verdict::pass);  // files, locks and log are checked as usual
  }
}

TEST_CASE("sqlite newer: the release that wrote the schema is read from the log before a checkpoint copies it") {
  const temp_folder at;
  application app;
  make_with_schema(app, at / "app.db", newer_schemas[0]);
  overwrite(at / "app.db-wal", page_one_in_log(at / "app.db-wal") + 96, big_endian(newer_number));
  CHECK(contains(querying(at / "app.db", "SELECT 1").result(), "warn mismatch: app.db: " + needs_newer));
}

TEST_CASE("sqlite newer: an unreadable schema written by this or an older release is damage") {
  for (const std::uint32_t number : {std::uint32_t{SQLITE_VERSION_NUMBER}, 3008000u, 0u, 0x55555555u}) {
    CAPTURE(number);
    const temp_folder at;
    application app;
    make_written_by(app, at / "app.db", number, newer_schemas[0]);
    CHECK(contains(querying(at / "app.db", "SELECT 1").result(), "fail corrupt: app.db: the database is damaged: "));
    CHECK(integrity_probe(at / "app.db").run().reason == reason::corrupt);
  }
}

TEST_CASE("sqlite newer: a damaged schema is damage, whichever release wrote it") {
  for (const auto* row : {
           "'table', 'u', 'u', 99999, 'CREATE TABLE u(x)'",                           // no such page
           "'table', 'u', 'u', 2, NULL",                                              // a table without a statement
           "'table', 'u', 'u', 2, 'UREATE TABLE u(x)'",                               // not a schema statement
           "'view', 'v', 'v', 0, CAST(x'435245415445205649455720760001ff' AS TEXT)",  // CREATE VIEW v and junk
           "'vase', 'v', 'v', 0, 'CREATE VIEW v AS SELECT 1_000'",                    // an unknown type
       }) {
    CAPTURE(std::string(row));
    const temp_folder at;
    application app;
    make_written_by(app, at / "app.db", newer_number, row);
    CHECK(contains(querying(at / "app.db", "SELECT 1").result(), "fail corrupt: app.db: the database is damaged: "));
    CHECK(integrity_probe(at / "app.db").run().reason == reason::corrupt);
  }
}

TEST_CASE("sqlite newer: a damaged schema page is damage in a database of a newer SQLite too") {
  const temp_folder at;
  application app;
  make_written_by(app, at / "app.db", newer_number, newer_schemas[0]);
  SUBCASE("its header") { overwrite(at / "app.db", 100, std::string(8, '\xff')); }
  SUBCASE("its cells") { overwrite(at / "app.db", 4096 - 200, std::string(200, '\x55')); }
  CHECK(contains(querying(at / "app.db", "SELECT 1").result(), "fail corrupt"));
  CHECK(integrity_probe(at / "app.db").run().reason == reason::corrupt);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite newer: an unknown schema format needs a newer SQLite or is damage") {
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  overwrite(at / "app.db", 44, big_endian(5));
  CHECK(contains(querying(at / "app.db", "SELECT 1").result(), "fail corrupt: app.db: the database is damaged: "));
  CHECK(integrity_probe(at / "app.db").run().reason == reason::corrupt);
  overwrite(at / "app.db", 96, big_endian(newer_number));
  CHECK(contains(querying(at / "app.db", "SELECT 1").result(), "warn mismatch: app.db: " + needs_newer));
  CHECK(integrity_probe(at / "app.db").run().reason == reason::mismatch);
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite newer: a backup with a newer file format is reported as such, not as another kind of file") {
  app.run("VACUUM INTO '" + at / "app.bak" + "'");
  overwrite(at / "app.bak", 18, "\x03\x03");
  CHECK(sqlite_probe(at / "app.bak", {}, checks::sqlite_backup()).result() ==
        "fail mismatch: backup " + at / "app.bak" + " has format version 3, which no known SQLite supports");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite newer: queries name missing extensions of the application, with advice") {
  app.run("CREATE VIRTUAL TABLE f USING fts5(words); CREATE VIEW over_f AS SELECT * FROM f");
  app.run("CREATE VIEW tokens AS SELECT fts3_tokenizer('simple')");
  app.run(
      "PRAGMA writable_schema = 1; INSERT INTO sqlite_schema VALUES "
      "('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(e float[4])'), "
      "('view', 'over_vectors', 'over_vectors', 0, 'CREATE VIEW over_vectors AS SELECT * FROM vectors'), "
      "('view', 'called', 'called', 0, 'CREATE VIEW called AS SELECT mine(x) FROM t'), "
      "('view', 'collated', 'collated', 0, 'CREATE VIEW collated AS SELECT x FROM t ORDER BY x COLLATE mine')");
  struct row {
    const char* sql;
    const char* words;
    const char* remedy;
  };
  const row rows[] = {
      {"SELECT count(*) FROM over_f", "unsafe use of virtual table \"f\"",
       "name the virtual table itself in the query"},
      {"SELECT * FROM tokens", "unsafe use of fts3_tokenizer()", "call it in the query itself"},
      {"SELECT count(*) FROM vectors", "no such module: vec0", "query a table that does not need it"},
      {"SELECT count(*) FROM over_vectors", "no such module: vec0", "query a table that does not need it"},
      {"SELECT * FROM called", "no such function: mine", "query without it"},
      {"SELECT newer_than_this(1)", "no such function: newer_than_this", "query without it"},
      {"SELECT * FROM collated", "no such collation sequence: mine", "COLLATE BINARY"},
      {"SELECT group_concat(x ORDER BY x) FROM t", "near \"ORDER\": syntax error", "SQLite " SQLITE_VERSION},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.sql));
    const auto result = querying(at / "app.db", row.sql).result();
    CHECK(contains(result, std::string("fail mismatch: app.db: the configured query fails: ") + row.words));
    CHECK(contains(result, row.remedy));
  }
  CHECK(querying(at / "app.db", "SELECT count(*) FROM f", "0").run().verdict ==
        verdict::pass);  // the advised alternative
  CHECK(querying(at / "app.db", "SELECT x FROM t ORDER BY x COLLATE BINARY", "1").run().verdict == verdict::pass);
  CHECK(integrity_probe(at / "app.db").run().verdict == verdict::pass);  // pages can be read without any of them
}
