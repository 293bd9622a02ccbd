// CPU time of one sqlite inspection, against a bare loop of the system calls that it cannot do without.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <telltale/check_type.hpp>

namespace telltale::checks {
check_type sqlite();
}

namespace {

using namespace telltale;

constexpr int rounds = 31;
constexpr int runs_per_round = 2000;

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double microseconds_per_run(const std::function<void()>& run) {
  const auto before = cpu_seconds();
  for (int i = 0; i < runs_per_round; ++i) run();
  return (cpu_seconds() - before) * 1e6 / runs_per_round;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct lock_question {
  off_t first = 0;
  off_t length = 0;
};

/// The system calls of an inspection of an application with one reader, and nothing else: stat, open, pread and close
/// of three files, the free space of their file system, the size of the database, the existence of a journal, and
/// F_GETLK for each lock.
void bare_loop(const std::string& database, const std::string& wal, const std::string& shm) {
  struct stat info {};
  struct statfs room {};
  std::array<char, 136> start;
  const auto look = [&](const std::string& path, std::size_t bytes, std::initializer_list<lock_question> locks) {
    ::stat(path.c_str(), &info);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::pread(fd, start.data(), bytes, 0) < 0) std::abort();
    for (const auto& [first, length] : locks) {
      struct flock ask {};
      ask.l_type = F_WRLCK;
      ask.l_whence = SEEK_SET;
      ask.l_start = first;
      ask.l_len = length;
      if (::fcntl(fd, F_GETLK, &ask) != 0) std::abort();
    }
    if (path == database && (::fstatfs(fd, &room) != 0 || ::fstat(fd, &info) != 0)) std::abort();
    ::close(fd);
  };
  look(database, 100, {{0x40000002, 510}});
  look(wal, 32, {});
  look(shm, 136, {{120, 9}, {120, 4}, {125, 4}, {125, 3}});
  ::stat((database + "-journal").c_str(), &info);
}

/// An application that has the database open, with a reader and a log that is not empty.
pid_t start_application(const std::string& path) {
  int ready[2];
  if (::pipe(ready) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    sqlite3* db = nullptr;
    ::sqlite3_open(path.c_str(), &db);
    const char* sql =
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(x); INSERT INTO t VALUES (1); "
        "BEGIN; SELECT * FROM t;";
    if (::sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) ::_exit(1);
    if (::write(ready[1], "r", 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte = 0;
  ::close(ready[1]);
  if (::read(ready[0], &byte, 1) != 1) std::abort();
  ::close(ready[0]);
  return child;
}

}  // namespace

int main() {
  auto folder = (std::filesystem::temp_directory_path() / "telltale-bench-XXXXXX").string();
  if (!::mkdtemp(folder.data())) return 1;
  const auto path = folder + "/app.db";
  const pid_t application = start_application(path);

  const auto type = checks::sqlite();
  const auto check = type.make_blocking(raw_value::map({{"path", {}, raw_value::scalar(path)}}));
  memory kept;
  std::string last;
  const auto inspect = [&] {
    const auto now = boot_clock::now();
    probe_context ctx{now, now + std::chrono::seconds(2), {}, kept};
    auto found = check->probe(ctx);
    if (found.verdict != verdict::pass) std::abort();
    last = std::move(found.message);
  };
  const auto bare = [&, wal = path + "-wal", shm = path + "-shm"] { bare_loop(path, wal, shm); };

  std::vector<double> inspected;
  std::vector<double> looped;
  for (int round = 0; round < rounds; ++round) {
    inspected.push_back(microseconds_per_run(inspect));
    looped.push_back(microseconds_per_run(bare));
  }
  ::kill(application, SIGKILL);
  ::waitpid(application, nullptr, 0);
  std::filesystem::remove_all(folder);

  const auto a = median(inspected);
  const auto b = median(looped);
  std::printf("sqlite inspect, CPU per run (median of %d rounds of %d runs, interleaved)\n", rounds, runs_per_round);
  std::printf("  inspection                        %7.2f us   \"%s\"\n", a, last.c_str());
  std::printf("  its system calls alone            %7.2f us\n", b);
  std::printf("  beyond it                         %7.2f us   ratio %.2f\n", a - b, a / b);
}
