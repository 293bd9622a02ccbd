// Tests that a few lock queries find the same holders as one query per byte.
#include "sqlite/file_locks.hpp"

#include <fstream>
#include <random>
#include <sstream>

#include <doctest/doctest.h>

#include "base/process_stat.hpp"
#include "checks/sqlite/fixtures.hpp"
#include "checks/sqlite/image.hpp"
#include "checks/sqlite/lock_owner.hpp"
#include "sqlite/lock_table.hpp"
#include "sqlite/observation.hpp"

using namespace telltale::sqlite;
using namespace telltale::testing;

namespace {

constexpr off_t pending = 0x40000000;

struct locked_file {
  telltale::temp_folder top;
  std::string path = top / "file";
  int fd = (write_file(path, ""), ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  locked_file() { REQUIRE(fd >= 0); }
  locked_file(const locked_file&) = delete;
  locked_file& operator=(const locked_file&) = delete;
  ~locked_file() { ::close(fd); }
};

std::optional<held_lock> plainly(int fd, off_t first, off_t length = 1) {
  auto ask = asking({first, length, F_WRLCK});
  REQUIRE(::fcntl(fd, F_GETLK, &ask) == 0);
  return ask.l_type == F_UNLCK ? std::nullopt : std::optional(held_lock{ask.l_pid, ask.l_type == F_WRLCK});
}

shm_locks shm_plainly(int fd) {
  shm_locks out{plainly(fd, 128), plainly(fd, 120), plainly(fd, 121), plainly(fd, 122)};
  for (int byte = 123; byte <= 127; ++byte) out.readers += plainly(fd, byte) ? 1 : 0;
  for (int byte = 124; byte <= 127; ++byte) out.log_readers += plainly(fd, byte) ? 1 : 0;
  return out;
}

database_locks database_plainly(int fd) {
  return {plainly(fd, pending + 2, 510), plainly(fd, pending + 1), plainly(fd, pending)};
}

}  // namespace

TEST_CASE("sqlite locks: locks outside SQLite's byte ranges are ignored") {
  const locked_file file;
  const lock_owner other(file.path, {{0, 120}, {129, 20}, {pending + 512, 100}});
  CHECK(locks_of_shm(file.fd) == shm_locks{});
  CHECK(locks_of_database(file.fd) == database_locks{});
}

TEST_CASE("sqlite locks: readers in several processes are all found, in any order of arrival") {
  const locked_file file;
  const lock_owner late_mark(file.path, {{128}, {126}});
  const lock_owner early_mark(file.path, {{128}, {123}});
  const lock_owner neighbours(file.path, {{128}, {124}, {125}});
  const lock_owner same_mark(file.path, {{128}, {123}});
  const lock_owner writer(file.path, {{128}, {120, 1, F_WRLCK}});
  const auto seen = locks_of_shm(file.fd);
  CHECK(seen.readers == 4);
  CHECK(seen.log_readers == 3);
  CHECK(seen.writer == held_lock{writer.pid(), true});
  CHECK(seen.connection == held_lock{late_mark.pid(), false});
  CHECK_FALSE(seen.checkpointer);
  CHECK_FALSE(seen.recoverer);
}

TEST_CASE("sqlite locks: a lock over several bytes, or to the end of the file, is found on each byte") {
  const locked_file file;
  {
    const lock_owner recovery(file.path, {{120, 8, F_WRLCK}});
    const held_lock all{recovery.pid(), true};
    CHECK(locks_of_shm(file.fd) == shm_locks{{}, all, all, all, 5, 4});
  }
  const lock_owner endless(file.path, {{121, 0}});
  const held_lock it{endless.pid(), false};
  CHECK(locks_of_shm(file.fd) == shm_locks{it, {}, it, it, 5, 4});
  CHECK(locks_of_database(file.fd) == database_locks{it, it, it});
}

TEST_CASE("sqlite locks: the stages of a rollback-mode writer are distinguished") {
  const locked_file file;
  const lock_owner reader(file.path, {{pending + 2, 510}});
  const held_lock shared{reader.pid(), false};
  CHECK(locks_of_database(file.fd) == database_locks{shared, {}, {}});
  const lock_owner writer(file.path, {{pending + 2, 510}, {pending + 1, 1, F_WRLCK}});
  const held_lock reserving{writer.pid(), true};
  CHECK(locks_of_database(file.fd) == database_locks{shared, reserving, {}});
  const lock_owner starting(file.path, {{pending}});
  CHECK(locks_of_database(file.fd) == database_locks{shared, reserving, held_lock{starting.pid(), false}});
}

TEST_CASE("sqlite locks: in WAL mode the database's write lock is queried once a journal exists") {
  const locked_file file;
  const auto bytes = database_image().raw();
  write_file(file.path, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  const lock_owner application(file.path, {{pending + 2, 510}, {pending + 1, 1, F_WRLCK}});
  auto seen = observe(file.path);
  CHECK(seen.locks == database_locks{held_lock{application.pid(), false}, {}, {}});
  CHECK_FALSE(seen.hot_journal());
  write_file(file.path + "-journal", "x");
  seen = observe(file.path);
  CHECK(seen.locks.reserved == held_lock{application.pid(), true});
  CHECK_FALSE(seen.hot_journal());
}

TEST_CASE("sqlite locks: random sets of holders are found as by one query per byte") {
  std::mt19937 random(4711);  // NOLINT: the same sets every time
  const auto any = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const locked_file file;
    std::vector<lock_owner> owners;
    for (int owner = any(1, 4); owner > 0; --owner) {
      std::vector<span> wanted;
      for (int i = any(1, 5); i > 0; --i) {
        const short kind = any(0, 3) == 0 ? F_WRLCK : F_RDLCK;
        wanted.push_back({any(118, 130), any(1, 3), kind});
        wanted.push_back(any(0, 1) ? span{pending + 2, 510, kind} : span{pending + any(0, 1), any(1, 2), kind});
      }
      owners.emplace_back(file.path, wanted);
    }
    CHECK(locks_of_shm(file.fd) == shm_plainly(file.fd));
    CHECK(locks_of_database(file.fd) == database_plainly(file.fd));
  }
}

TEST_CASE("sqlite locks: every holder is read from /proc/locks, and waiting processes are not") {
  constexpr std::string_view table =
      "1: POSIX  ADVISORY  READ 4711 08:01:1234 128 128\n"
      "1: -> POSIX  ADVISORY  WRITE 4712 08:01:1234 128 128\n"
      "2: FLOCK  ADVISORY  WRITE 4713 08:01:1234 0 EOF\n"
      "3: OFDLCK ADVISORY  READ -1 08:01:1234 128 128\n"
      "4: POSIX  ADVISORY  WRITE 47 00:2f:12345 120 120\n"
      "5: POSIX  ADVISORY  READ 4714 08:01:99";
  CHECK(holds_lock(table, 4711, 1234));
  CHECK(holds_lock(table, 47, 12345));
  CHECK(holds_lock(table, 4714, 99));
  for (const pid_t pid : {4712, 4713, -1, 1, 471}) CHECK_FALSE(holds_lock(table, pid, 1234));
  CHECK_FALSE(holds_lock(table, 4711, 234));
  CHECK_FALSE(holds_lock(table, 4711, 12345));
  CHECK_FALSE(holds_lock("", 4711, 1234));
  CHECK_FALSE(holds_lock("1: POSIX", 4711, 1234));

  const auto on = locks_on("1: POSIX  ADVISORY  READ 1 08:01:7 0 EOF\n2: POSIX  ADVISORY  READ 2 fd:1f:7 0 EOF\n", 7);
  REQUIRE(on.size() == 2);
  CHECK(on[0].pid == 1);
  CHECK(on[1].pid == 2);
  CHECK(on[0].device != on[1].device);
  for (const auto* damaged : {"08:01:", "08:7", "7", "::7", "08:xy:7"})
    CHECK(locks_on(fmt::format("1: POSIX  ADVISORY  READ 1 {} 0 EOF\n", damaged), 7).empty());
}

TEST_CASE("sqlite locks: /proc/locks of this kernel contains the locks of another process") {
  const locked_file file;
  const lock_owner owner(file.path, {{128}});
  std::ifstream locks("/proc/locks");
  std::stringstream table;
  table << locks.rdbuf();
  struct stat info {};
  REQUIRE(::fstat(file.fd, &info) == 0);
  CHECK(holds_lock(table.str(), owner.pid(), info.st_ino));
  CHECK_FALSE(holds_lock(table.str(), ::getpid(), info.st_ino));
}

TEST_CASE("sqlite locks: a process that started after a file's last use is not its holder") {
  const locked_file file;
  const lock_owner young(file.path, {{pending + 2, 510}});
  struct stat info {};
  REQUIRE(::stat(file.path.c_str(), &info) == 0);
  const auto device = device_in_lock_table(young.pid(), info.st_ino);
  REQUIRE(device);
  const auto started = telltale::find_living_process(young.pid())->started();
  CHECK(holder_of(*device, info.st_ino, started).pid == young.pid());
  const auto before = holder_of(*device, info.st_ino, started - std::chrono::milliseconds(10));
  CHECK(before.known);
  CHECK_FALSE(before.pid);
}

TEST_CASE("sqlite locks: a file locked as a -shm is not taken for a held database") {
  const locked_file file;
  const lock_owner owner(file.path, {{128}, {123}});
  struct stat info {};
  REQUIRE(::stat(file.path.c_str(), &info) == 0);
  const auto device = device_in_lock_table(owner.pid(), info.st_ino);
  REQUIRE(device);
  CHECK_FALSE(holder_of(*device, info.st_ino, std::chrono::hours(24 * 365 * 100)).pid);
}
