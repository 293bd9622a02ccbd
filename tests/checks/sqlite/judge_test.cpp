// Tests verdicts for observations that cannot be produced here: races, network file systems, refused calls.
#include <doctest/doctest.h>

#include <algorithm>

#include "checks/sqlite/image.hpp"
#include "sqlite/file_system_names.hpp"
#include "sqlite/history.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/judge_limits.hpp"
#include "sqlite/starvation.hpp"

using namespace telltale;
using namespace telltale::sqlite;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

/// A healthy database in use.
observation healthy() {
  observation out;
  out.path = "/data/app.db";
  out.database = {0, true, true, {1, 100, 5 * 4096, 0, S_IFREG | 0644, 0}};
  out.header = parse_database_header(database_image().view());
  out.locks.user = held_lock{42, false};
  out.wal = {0, true, true, {1, 101, 32 + 10 * (24 + 4096), 0, S_IFREG | 0644, 0}};
  out.wal_start = parse_wal_header(wal_image(false).view());
  out.shm = {0, true, true, {1, 102, 32768, 0, S_IFREG | 0644, 0}};
  out.shm_holders.connection = held_lock{42, false};
  out.index = parse_wal_index(index_image().view());
  return out;
}

std::string judged(const observation& seen) {
  std::string out;
  for (const auto& found : judge_files(seen, wal_expectation::warn))
    out += std::string(to_string(found.verdict)) + " " + std::string(to_string(found.reason)) + ": " + found.sentence +
           "\n";
  return out;
}

bool says(const observation& seen, std::string_view part) { return judged(seen).find(part) != std::string::npos; }

boot_clock::time_point at(std::chrono::seconds time) { return boot_clock::time_point(time); }

}  // namespace

TEST_CASE("sqlite judge: a healthy database has no findings") { CHECK(judged(healthy()) == ""); }

TEST_CASE("sqlite judge: a network file system is reported with its name") {
  CHECK(network_file_system_name(0x6969) == "NFS");
  CHECK(network_file_system_name(0xfe534d42) == "SMB2");
  CHECK(network_file_system_name(0xef53) == "");  // ext4
  auto seen = healthy();
  seen.fs.network = "NFS";
  CHECK(judged(seen) ==
        "fail mismatch: is on NFS: locks and shared memory are not reliable there, so it was not inspected\n");
}

TEST_CASE("sqlite judge: each file system error has its reason") {
  auto with = [](int error) {
    auto seen = healthy();
    seen.database.error = error;
    return judged(seen);
  };
  CHECK(with(EIO).starts_with("fail corrupt: /data/app.db: "));
  CHECK(with(ESTALE).starts_with("fail replaced: "));
  CHECK(with(ENOTCONN).starts_with("fail unreachable: "));
  CHECK(with(EACCES).starts_with("fail denied: "));
  CHECK(with(EMFILE).starts_with("fail internal: "));
}

TEST_CASE("sqlite judge: a short file is truncated only when the log cannot contain the missing pages") {
  auto seen = healthy();
  seen.database.facts.size = 0 + 4096;  // 4 of 5 pages missing, 6 frames of backlog
  CHECK(judged(seen) == "");
  seen.index = parse_wal_index(index_image({.backfilled = 7}).view());
  CHECK(says(seen, "fail corrupt: is truncated: 4096 of 20480 bytes are there"));
  seen.index.state = wal_index_state::torn;  // then the length of the log bounds it
  seen.shm_holders.writer = held_lock{42, true};
  CHECK(judged(seen) == "");
}

TEST_CASE("sqlite judge: a half-written index is in progress while its lock is held") {
  auto seen = healthy();
  seen.index.state = wal_index_state::torn;
  CHECK(says(seen, "warn corrupt: its WAL index is half written"));
  seen.shm_holders.writer = held_lock{42, true};
  CHECK(judged(seen) == "");
  seen.shm_holders = {.connection = held_lock{42, false}, .recoverer = held_lock{42, true}};
  CHECK(judged(seen) == "");
}

TEST_CASE("sqlite judge: a log that does not match its index fails") {
  auto seen = healthy();
  seen.wal_start->salt[0] ^= 1;
  CHECK(says(seen, "fail replaced: app.db-wal is not the log in use"));
  seen.wal_start.reset();
  CHECK(says(seen, "fail corrupt: app.db-wal does not start with a WAL header"));
  seen.wal.facts.size -= 1;
  CHECK(says(seen, "fail corrupt: app.db-wal was truncated while in use"));
  seen.wal = {ENOENT, false, true, {}};
  CHECK(says(seen, "fail replaced: app.db-wal was deleted while in use: 6 pages of committed data"));
}

TEST_CASE("sqlite judge: states that a healthy database passes through are marked as transient") {
  auto truncated = healthy();
  truncated.wal.facts.size = 32;
  auto swapped = healthy();
  swapped.locks.user.reset();
  auto torn = healthy();
  torn.index.state = wal_index_state::torn;
  for (const auto& seen : {truncated, swapped, torn}) {
    const auto found = judge_files(seen, wal_expectation::warn);
    REQUIRE(found.size() == 1);
    CHECK(found[0].ambiguity != ambiguity::none);
  }
  auto rollback = healthy();
  rollback.shm_holders = {};
  rollback.header = parse_database_header(database_image(4096, 1).view());
  CHECK(judge_files(rollback, wal_expectation::warn).at(0).ambiguity == ambiguity::none);
}

TEST_CASE("sqlite judge: values that cannot be observed are not measured") {
  auto seen = healthy();
  seen.locks.user = held_lock{42, true};
  seen.shm = {ENOENT, false, true, {}};
  seen.shm_holders = {};
  findings found;
  measure(seen, {}, found);
  const auto out = std::move(found).result("");
  CHECK(out.measured("database_bytes"));
  CHECK_FALSE(out.measured("wal_backlog_bytes"));
  CHECK_FALSE(out.measured("writer_lock_held_seconds"));
  CHECK_FALSE(out.measured("readers"));
  CHECK_FALSE(out.measured("last_commit_age_seconds"));
}

TEST_CASE("sqlite history: a lock's age counts from its first observation until it is interrupted") {
  memory kept;
  auto seen = healthy();
  auto held = [&](std::chrono::seconds when) { return history(kept, at(when)).writer_held_for(seen); };
  CHECK_FALSE(held(0s));
  seen.shm_holders.writer = held_lock{42, true};
  CHECK(held(10s) == 0s);
  CHECK(held(25s) == 15s);
  seen.index = parse_wal_index(index_image({.change = 10}).view());
  CHECK(held(30s) == 0s);  // it committed in between
  CHECK(held(35s) == 5s);
  seen.shm_holders.writer = held_lock{43, true};
  CHECK(held(40s) == 0s);  // another holder
  seen.shm_holders.writer.reset();
  CHECK_FALSE(held(41s));
  seen.shm_holders.writer = held_lock{43, true};
  CHECK(held(50s) == 0s);
}

TEST_CASE("sqlite history: the age of the last commit counts from the first observation of its change counter") {
  memory kept;
  auto seen = healthy();
  auto age = [&](std::chrono::seconds when) { return history(kept, at(when)).last_commit_age(seen); };
  CHECK(age(100s) == 0s);
  CHECK(age(160s) == 60s);
  seen.index = parse_wal_index(index_image({.change = 10}).view());
  CHECK(age(170s) == 0s);
  seen.shm_holders.connection.reset();  // the application stops: there is no commit, and the age increases
  seen.locks.user.reset();
  CHECK(age(200s) == 30s);
}

TEST_CASE("sqlite history: a replaced file is accepted once it is in use, even between two runs") {
  memory kept;
  auto seen = healthy();
  auto replaced = [&] { return history(kept, at(0s)).replaced(seen).has_value(); };
  CHECK_FALSE(replaced());
  seen.database.facts.inode = 200;
  seen.shm_holders = {};
  seen.locks.user.reset();
  CHECK(replaced());
  CHECK(replaced());
  seen.header = parse_database_header(database_image().big32(24, 8).view());  // opened and committed meanwhile
  CHECK_FALSE(replaced());
  CHECK_FALSE(replaced());
}

TEST_CASE("sqlite history: a replaced file in rollback mode is reported once") {
  memory kept;
  auto seen = healthy();
  seen.header = parse_database_header(database_image(4096, 1).view());
  auto replaced = [&] { return history(kept, at(0s)).replaced(seen); };
  CHECK_FALSE(replaced());
  seen.database.facts.inode = 200;
  const auto found = replaced();
  REQUIRE(found);
  CHECK(found->verdict == verdict::warn);
  CHECK_FALSE(replaced());
}

TEST_CASE("sqlite history: an index mismatch is remembered per holder and index") {
  memory kept;
  auto seen = healthy();
  auto before = [&] { return history(kept, at(0s)).index_mismatch_before(seen); };
  CHECK_FALSE(before());
  seen.shm_holders = {};
  REQUIRE(seen.index_mismatch());
  CHECK_FALSE(before());
  CHECK(before());
  seen.locks.user->pid = 43;
  CHECK_FALSE(before());
  CHECK(before());
  seen.shm.facts.inode = 200;
  CHECK_FALSE(before());
  seen.shm_holders.connection = held_lock{43, false};
  CHECK_FALSE(before());
  seen.shm_holders = {};
  CHECK_FALSE(before());
}

TEST_CASE("sqlite history: an index may be ignored only when it was observed unused") {
  memory kept;
  auto seen = healthy();
  auto without = [&] { return history(kept, at(0s)).reads_without_index(seen); };
  seen.shm_holders = {};
  CHECK_FALSE(without());  // in use since before the first run
  seen.locks.user.reset();
  CHECK_FALSE(without());
  seen.locks.user = held_lock{43, false};
  CHECK(without());
  seen.shm_is_mount = true;  // the application may have another file at this path
  CHECK_FALSE(without());
  seen.shm_is_mount = false;
  seen.shm.facts.inode = 200;
  CHECK_FALSE(without());
}

TEST_CASE("sqlite judge: a missing index lock is ambiguous while an application opens, and normal in exclusive mode") {
  auto seen = healthy();
  const auto found = [&] { return judge_files(seen, wal_expectation::warn).at(0); };
  seen.user_lacks_index_lock = true;
  CHECK(found().ambiguity == ambiguity::opening);
  seen.database_is_mount = true;
  CHECK(found().ambiguity == ambiguity::locks);
  CHECK(found().reason == reason::mismatch);
  seen.locks.user.reset();
  CHECK(found().ambiguity == ambiguity::locks);
  CHECK(found().reason == reason::replaced);
  seen = healthy();
  seen.shm_holders = {};
  seen.locks.user = held_lock{42, true};  // exclusive mode does not share its index
  CHECK(judged(seen) == "");
}

TEST_CASE("sqlite history: an unstable inode number is ignored until the change counter decreases") {
  for (const std::uint32_t version : {1u, 2u}) {
    CAPTURE(version);
    memory kept;
    auto seen = healthy();
    seen.fs.inodes_stable = false;
    const auto counted = [&](std::uint32_t changes) {
      seen.header = parse_database_header(database_image(4096, version).big32(24, changes).view());
    };
    const auto replaced = [&] { return history(kept, at(0s)).replaced(seen).has_value(); };
    counted(7);
    CHECK_FALSE(replaced());
    seen.shm_holders = {};
    seen.locks.user.reset();
    seen.database.facts.inode = 200;
    seen.database.facts.device = 2;  // and mounted again
    CHECK_FALSE(replaced());
    seen.locks.user = held_lock{42, false};
    seen.shm_holders.connection = held_lock{42, false};
    CHECK_FALSE(replaced());
    seen.shm_holders = {};
    seen.locks.user.reset();
    seen.database.facts.inode = 201;
    counted(9);  // the close copied the log into the database
    CHECK_FALSE(replaced());
    if (version == 2) {
      seen.locks.user = held_lock{42, false};
      CHECK_FALSE(replaced());
      seen.locks.user.reset();
    }
    seen.database.facts.inode = 202;
    counted(8);
    CHECK(replaced());
  }
}

TEST_CASE("sqlite judge: a half-complete restart does not count the old copied frames for the new log") {
  memory kept;
  auto seen = healthy();
  const upper_limit<bytes> limit{bytes{8 * 4120}, {}};
  const auto starved = [&](const index_fields& fields) {
    seen.index = parse_wal_index(index_image(fields).view());
    return log_starved(kept, seen, limit);
  };
  CHECK_FALSE(starved({.last_frame = 0, .backfilled = 10}));
  CHECK_FALSE(starved({.last_frame = 3, .backfilled = 0}));
  CHECK_FALSE(starved({.last_frame = 10, .backfilled = 9}));
  CHECK(starved({.last_frame = 11, .backfilled = 9}));
}
