// Tests checks of encrypted databases that need no key.
#include <doctest/doctest.h>

#include "base/descriptor.hpp"
#include "checks/sqlite/fixtures.hpp"
#include "checks/sqlite/image.hpp"
#include "sqlite/encrypted_header.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

bool has_sqlcipher() {
  if (fs::exists("/usr/bin/sqlcipher")) return true;
  MESSAGE("skipped: no /usr/bin/sqlcipher (scripts/deps.sh --test installs it)");
  return false;
}

/// A SQLCipher process with an open database, controlled over pipes.
class cipher {
 public:
  explicit cipher(const std::string& path) {
    int in[2];
    int out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::execl("/usr/bin/sqlcipher", "sqlcipher", "-batch", path.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = descriptor(in[1]);
    from_ = descriptor(out[0]);
    run("PRAGMA key = 'secret'");
  }
  cipher(const cipher&) = delete;
  cipher& operator=(const cipher&) = delete;
  ~cipher() { crash(); }

  /// The output of the statements, up to a mark that is printed after them.
  std::string run(const std::string& sql) {
    const auto text = sql + ";\n.print over\n";
    REQUIRE(::write(to_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    std::string out;
    while (!out.ends_with("over\n")) {
      std::array<char, 4096> block{};
      const auto got = ::read(from_.get(), block.data(), block.size());
      REQUIRE(got > 0);
      out.append(block.data(), static_cast<std::size_t>(got));
    }
    return out.substr(0, out.size() - 5);
  }
  /// Stops it cleanly.
  void close() {
    to_ = {};
    wait();
  }
  void crash() {
    if (child_ > 0) ::kill(child_, SIGKILL);
    wait();
  }
  pid_t pid() const { return child_; }

 private:
  void wait() {
    if (child_ > 0) ::waitpid(std::exchange(child_, 0), nullptr, 0);
  }

  pid_t child_ = 0;
  descriptor to_;
  descriptor from_;
};

void make_wal(cipher& app) {
  app.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
  app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
}

sqlite_probe encrypted(const std::string& path, std::vector<raw_member> options = {}) {
  options.push_back(option("encrypted", "true"));
  return sqlite_probe(path, std::move(options));
}

sqlite_probe encrypted_backup(const std::string& path, const std::string& database) {
  std::vector<raw_member> options;
  options.push_back(option("database", database));
  options.push_back(option("encrypted", "true"));
  return sqlite_probe(path, std::move(options), checks::sqlite_backup());
}

}  // namespace

TEST_CASE("sqlite encrypted: only plaintext fields of the header are validated") {
  image noise(100);
  for (std::size_t at = 0; at < 100; ++at) noise.byte(at, static_cast<std::uint32_t>(at * 37 + 11));
  auto header = sqlite::parse_encrypted_header(noise.view());
  CHECK(header.fault == sqlite::header_fault::none);
  CHECK(header.header.encrypted);
  CHECK_FALSE(header.header.mode_known);
  CHECK_FALSE(header.header.page_count_valid);
  CHECK(header.header.user_version == 0);

  auto partly = noise;  // SEE
  partly.big16(16, 8192).byte(18, 2).byte(19, 2).byte(21, 64).byte(22, 32).byte(23, 32);
  header = sqlite::parse_encrypted_header(partly.view());
  CHECK(header.header.encrypted);
  CHECK(header.header.mode_known);
  CHECK(header.header.wal());
  CHECK(header.header.page_size == 8192);

  auto head = partly;  // SQLCipher with cipher_plaintext_header_size
  head.text(0, std::string_view("SQLite format 3\0", 16)).big32(24, 7).big32(28, 5);
  header = sqlite::parse_encrypted_header(head.view());
  CHECK(header.header.encrypted);
  CHECK(header.header.wal());

  CHECK_FALSE(sqlite::parse_encrypted_header(database_image().view()).header.encrypted);
  CHECK(sqlite::parse_encrypted_header(image(100).view()).fault == sqlite::header_fault::zeros);
  for (const std::size_t size : {99u, 16u, 1u, 0u})
    CHECK(sqlite::parse_encrypted_header(noise.cut(size).view()).fault != sqlite::header_fault::none);
}

TEST_CASE("sqlite encrypted: every state passes as for plain databases; without the option it is corrupt") {
  if (!has_sqlcipher()) return;
  const temp_folder at;
  cipher app(at / "app.db");
  make_wal(app);
  auto probe = encrypted(at / "app.db");
  const auto found = probe.run();
  CHECK(found.verdict == verdict::pass);
  CHECK(contains(found.message, " in use, WAL backlog "));
  CHECK(found.measured("wal_backlog_bytes").value_or(0) > 0);
  CHECK(found.measured("page_count").value_or(0) == 2);
  CHECK(contains(sqlite_probe(at / "app.db").result(), "fail corrupt: app.db: is not an SQLite database"));
  CHECK(contains(sqlite_probe(at / "app.db").result(), "`encrypted: true`"));
  SUBCASE("closed") { app.close(); }
  SUBCASE("crashed") { app.crash(); }
  CHECK(contains(probe.result(), "pass idle: app.db: "));
  CHECK_FALSE(probe.run().measured("page_count"));  // it is in the header, which is encrypted
}

TEST_CASE("sqlite encrypted: limits apply to the backlog and the write lock") {
  if (!has_sqlcipher()) return;
  const temp_folder at;
  cipher app(at / "app.db");
  make_wal(app);
  std::vector<raw_member> limits;
  limits.push_back(limit_option("wal_backlog", {option("warn", "256KiB"), option("fail", "1MiB")}));
  auto probe = encrypted(at / "app.db", std::move(limits));
  CHECK(contains(probe.result(), "pass ok"));
  app.run("BEGIN IMMEDIATE");
  probe.run();
  probe.later(10s);
  CHECK(contains(probe.result(),
                 fmt::format("warn locked: app.db: writer lock held for over 10 s by pid {}", app.pid())));
  app.run("COMMIT");
  app.run(large_insert);
  CHECK(contains(probe.result(), "fail threshold: app.db: WAL backlog "));
}

TEST_CASE("sqlite encrypted: a file deleted or replaced while in use is reported as replaced") {
  if (!has_sqlcipher()) return;
  const temp_folder at;
  cipher app(at / "app.db");
  make_wal(app);
  auto probe = encrypted(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  SUBCASE("deleted") {
    fs::remove(at / "app.db");
    CHECK(contains(probe.result(), "fail replaced: app.db: was deleted while in use"));
  }
  SUBCASE("replaced") {
    fs::copy_file(at / "app.db", at / "other");
    fs::rename(at / "other", at / "app.db");
    CHECK(contains(probe.result(), "fail replaced: app.db: is not the file in use"));
  }
  SUBCASE("replaced with all its files") {
    fs::copy_file(at / "app.db", at / "other");
    for (const auto* suffix : {"-wal", "-shm"}) fs::remove((at / "app.db") + suffix);
    fs::rename(at / "other", at / "app.db");
    CHECK(contains(probe.result(), "fail replaced: app.db: was replaced while in use, and pid "));
  }
  SUBCASE("-wal") {
    fs::remove(at / "app.db-wal");
    CHECK(contains(probe.result(), "fail replaced: app.db: app.db-wal was deleted while in use"));
  }
  SUBCASE("-wal and -shm") {
    for (const auto* suffix : {"-wal", "-shm"}) fs::remove((at / "app.db") + suffix);
    CHECK(contains(probe.result(), "warn replaced: app.db: app.db-shm was deleted while in use"));
    CHECK(contains(probe.result(), "fail replaced: app.db: app.db-shm was deleted while in use"));
  }
}

TEST_CASE("sqlite encrypted: rollback mode reports no faults specific to WAL mode") {
  if (!has_sqlcipher()) return;
  const temp_folder at;
  cipher app(at / "app.db");
  app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  auto probe = encrypted(at / "app.db");
  CHECK(contains(probe.result(), "pass idle"));
  for (const auto* sql : {"BEGIN; SELECT * FROM t", "COMMIT; BEGIN IMMEDIATE", "INSERT INTO t VALUES (2)", "COMMIT"}) {
    CAPTURE(std::string(sql));
    app.run(sql);
    for (int i = 0; i < 3; ++i) CHECK(probe.run().verdict == verdict::pass);
  }
  app.run("BEGIN IMMEDIATE");
  probe.run();
  probe.later(10s);
  CHECK(contains(probe.result(), "warn locked: app.db: writer lock held for over 10 s"));
}

TEST_CASE("sqlite encrypted: commits are detected in WAL mode and in rollback mode") {
  if (!has_sqlcipher()) return;
  const temp_folder at;
  cipher app(at / "app.db");
  app.run("CREATE TABLE t(x)");
  set_age(at / "app.db", 1h);
  SUBCASE("with a log") { app.run("PRAGMA journal_mode = WAL; INSERT INTO t VALUES (1)"); }
  SUBCASE("with a rollback journal") {}
  auto probe = encrypted(at / "app.db");
  const auto run = [&] {
    app.run("BEGIN IMMEDIATE");  // marks the database as in use
    const auto found = probe.run();
    app.run("COMMIT");
    return found.measured("last_commit_age_seconds").value_or(-1);
  };
  CHECK(run() == 0);
  probe.later(1min);
  CHECK(run() == 60);
  app.run("CREATE TABLE u(x)");
  CHECK(run() == 0);
  probe.later(1min);
  CHECK(run() == 60);
}

TEST_CASE("sqlite encrypted: files that cannot be encrypted databases are corrupt") {
  const temp_folder at;
  struct row {
    std::string content;
    const char* words;
  };
  const row rows[] = {
      {"", "is empty"},
      {std::string(99, 'x'), "has only 99 bytes"},
      {std::string(4096, '\0'), "starts with zeros"},
      {std::string(4096 + 100, 'x'), "is truncated: 4196 bytes are not a whole number of pages"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.words));
    write_file(at / "app.db", row.content);
    CHECK(contains(encrypted(at / "app.db").result(), std::string("fail corrupt: app.db: ") + row.words));
  }
  fs::remove(at / "app.db");
  CHECK(contains(encrypted(at / "app.db").result(), "fail missing"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite encrypted: an unencrypted database is reported and otherwise checked as usual") {
  CHECK(contains(encrypted(at / "app.db").result(), "warn mismatch: app.db: is not encrypted"));
  app.close();
  fs::resize_file(at / "app.db", 4096);
  const auto result = encrypted(at / "app.db").result();
  CHECK(contains(result, "fail corrupt: app.db: is truncated: 4096 of 8192 bytes are there"));
  CHECK(contains(result, "is not encrypted"));
}

TEST_CASE("sqlite encrypted: a backup is checked by its file properties") {
  if (!has_sqlcipher()) return;
  const temp_folder at;
  cipher app(at / "app.db");
  make_wal(app);
  app.run("PRAGMA user_version = 7; PRAGMA wal_checkpoint(TRUNCATE)");
  fs::copy_file(at / "app.db", at / "app.bak");
  auto probe = encrypted_backup(at / "app.bak", at / "app.db");
  CHECK(contains(probe.result(), "pass ok"));
  fs::resize_file(at / "app.bak", 1500);
  CHECK(contains(probe.result(), "fail corrupt: backup " + at / "app.bak" + " is truncated"));
  write_file(at / "app.bak", "");
  CHECK(contains(probe.result(), "fail corrupt: backup " + at / "app.bak" + " is not an SQLite database"));
  {
    application open;
    open.open(at / "plain");
    open.run("CREATE TABLE t(x)");
  }
  fs::rename(at / "plain", at / "app.bak");
  CHECK(contains(probe.result(), "warn mismatch: backup " + at / "app.bak" + " is not encrypted"));
}

TEST_CASE("sqlite encrypted: options that need the key are rejected") {
  const auto refused = [](raw_member member) {
    problems errors;
    std::vector<raw_member> members;
    members.push_back(option("path", "/data/app.db"));
    members.push_back(option("encrypted", "true"));
    members.push_back(std::move(member));
    checks::sqlite().validate(raw_value::map(std::move(members)), errors, {});
    return errors.empty() ? std::string() : errors.list().front().message;
  };
  const std::string needs_key = "telltale has no key to an encrypted database";
  CHECK(contains(refused(option("mode", "query")), needs_key));
  CHECK(contains(refused(option("mode", "write")), needs_key));
  CHECK(contains(refused(option("expect_wal", "fail")), needs_key));
  CHECK(contains(refused(limit_option("integrity", {option("every", "6h")})), needs_key));
  CHECK(contains(refused(limit_option("backup", {option("path", "/b"), option("integrity", "true")})), needs_key));
  CHECK(refused(limit_option("backup", {option("path", "/b")})) == "");
  CHECK(refused(option("mode", "inspect")) == "");
}
