// Tests databases on file systems that return errors for some calls.
#include <doctest/doctest.h>

#include "checks/fuse_fixtures.hpp"
#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace {

/// The files of a database in rollback mode whose journal is zeroed, as journal_mode=PERSIST leaves it.
std::map<std::string, std::string> rollback_database() {
  const temp_folder at;
  application app;
  app.open(at / "app.db");
  app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  app.close();
  return {{"app.db", read_file(at / "app.db")}, {"app.db-journal", std::string(512, '\0')}};
}

}  // namespace

TEST_CASE("sqlite errors: an error of any call on any of the files determines the verdict") {
  struct row {
    std::uint32_t opcode;
    int error;
    const char* file;
    const char* expected;
  };
  for (const auto& [opcode, error, file, expected] : {
           row{FUSE_OPEN, EIO, "app.db", "fail corrupt"},
           row{FUSE_READ, EIO, "app.db", "fail corrupt"},
           row{FUSE_STATFS, ESTALE, "", "fail replaced"},
           row{FUSE_STATFS, EIO, "", "fail corrupt"},
           row{FUSE_OPEN, EIO, "app.db-journal", "fail corrupt"},
           row{FUSE_READ, EIO, "app.db-journal", "fail corrupt"},
           row{FUSE_GETATTR, ESTALE, "app.db-journal", "fail replaced"},
           row{FUSE_OPEN, EACCES, "app.db-journal", "warn denied"},
       }) {
    CAPTURE(expected);
    CAPTURE(opcode);
    const auto found = on_fuse(
        rollback_database(),
        [&, opcode = opcode, error = error, file = file](const std::string& path, fuse_server& server) {
          sqlite_probe probe(path + "/app.db", {option("expect_wal", "ignore")});
          auto out = fmt::format("{} ", to_string(probe.run().verdict));
          server.fail(opcode, error, file);
          const auto seen = probe.run();
          out += fmt::format("{} {} ", to_string(seen.verdict), to_string(seen.reason));
          server.fail(opcode, 0);
          return out + std::string(to_string(probe.run().verdict));
        },
        "fuse.mergerfs");
    if (skipped_fuse(found)) return;
    CHECK(found == fmt::format("pass {} pass", expected));
  }
}
