// Shared by the tests of the types of SQLite: a real application in its own process, and a probe with an adjustable
// clock.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/socket.h>

#include <array>
#include <map>

#include "checks/file_fixtures.hpp"
#include "sqlite/byte_order.hpp"

namespace telltale::checks {
check_type sqlite();
check_type sqlite_backup();
check_type sqlite_integrity();
}  // namespace telltale::checks

namespace telltale::testing {

/// The child process of `application`: a few connections, controlled by messages.
class application_side {
 public:
  explicit application_side(int socket) : socket_(socket) {}

  /// Serves until the socket is closed, then exits without closing anything, as after a crash.
  void serve() {
    std::array<char, 4096> message{};
    for (;;) {
      const auto got = ::recv(socket_, message.data(), message.size(), 0);
      if (got <= 0) ::_exit(0);
      const auto reply =
          handle(message[0], message[1] - '0', std::string(&message[2], static_cast<std::size_t>(got - 2)));
      if (::send(socket_, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) ::_exit(0);
    }
  }

 private:
  std::string handle(char what, int number, const std::string& text) {
    auto& database = connections_[number];
    if (what == 'o') {
      const int rc = ::sqlite3_open_v2(text.c_str(), &database,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, nullptr);
      return rc == SQLITE_OK ? "+" : std::string("-") + ::sqlite3_errmsg(database);
    }
    if (what == 'c') return ::sqlite3_close(std::exchange(database, nullptr)) == SQLITE_OK ? "+" : "-close failed";
    if (what == 'd') return ::close(::open(text.c_str(), O_RDONLY | O_CLOEXEC)) == 0 ? "+" : "-cannot open";
    if (what == 'w') return write_until_message(database, text);
    std::string last;
    char* error = nullptr;
    auto keep = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) = values[0] ? values[0] : "NULL";
      return 0;
    };
    if (::sqlite3_exec(database, text.c_str(), keep, &last, &error) == SQLITE_OK) return "+" + last;
    return std::string("-") + (error ? error : "?");
  }

  /// Responds at once, repeats `sql` until the next message, and then responds "+RUNS ERRORS".
  std::string write_until_message(sqlite3* database, const std::string& sql) {
    if (::send(socket_, "+", 1, MSG_NOSIGNAL) < 0) ::_exit(0);
    int runs = 0;
    int errors = 0;
    pollfd message{socket_, POLLIN, 0};
    for (; ::poll(&message, 1, 0) == 0; ++runs)
      if (::sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) ++errors;
    char ignored = 0;
    if (::recv(socket_, &ignored, 1, 0) <= 0) ::_exit(0);
    return fmt::format("+{} {}", runs, errors);
  }

  int socket_;
  std::map<int, sqlite3*> connections_;
};

/// An application that uses a database. In the test's own process only the check runs SQLite on it.
class application {
 public:
  /// `as`: the user it runs as, when the test is root.
  explicit application(const std::string& path = "", uid_t as = 0) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::runtime_error("socketpair failed");
    child_ = ::fork();
    if (child_ == 0) {
      ::close(ends[0]);
      if (as != 0 && (::setgid(as) != 0 || ::setuid(as) != 0)) ::_exit(1);
      application_side(ends[1]).serve();
    }
    ::close(ends[1]);
    socket_ = ends[0];
    if (!path.empty()) open(path);
  }
  application(const application&) = delete;
  application& operator=(const application&) = delete;
  ~application() { crash(); }

  void open(const std::string& path, int connection = 0) { ask('o', connection, path); }
  /// The first value of the last row.
  std::string run(const std::string& sql, int connection = 0) { return ask('s', connection, sql); }
  void close(int connection = 0) { ask('c', connection, ""); }
  /// Opens and closes `path` without SQLite: POSIX then releases every lock of this process on the file.
  void close_another_descriptor(const std::string& path) { ask('d', 0, path); }
  /// Starts repeating `sql`; `stop_writing` returns "RUNS ERRORS".
  void keep_writing(const std::string& sql, int connection = 0) { ask('w', connection, sql); }
  std::string stop_writing() { return ask('s', 0, ""); }
  /// Ends it without closing anything.
  void crash() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::close(socket_);
    child_ = 0;
  }
  pid_t pid() const { return child_; }

 private:
  std::string ask(char what, int connection, const std::string& text) {
    const auto message = fmt::format("{}{}{}", what, connection, text);
    if (::send(socket_, message.data(), message.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("application is gone");
    std::array<char, 4096> reply{};
    const auto got = ::recv(socket_, reply.data(), reply.size(), 0);
    if (got <= 0) throw std::runtime_error("application is gone");
    const std::string result(reply.data() + 1, static_cast<std::size_t>(got - 1));
    if (reply[0] != '+') throw std::runtime_error(text + ": " + result);
    return result;
  }

  pid_t child_ = 0;
  int socket_ = -1;
};

/// 300 rows that take a page each, for the table `t`.
inline constexpr const char* large_insert =
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO t SELECT randomblob(4000) FROM n";

/// Opens `path` in WAL mode with a table `t`, leaves automatic checkpoints off, and commits once.
inline void make_wal_database(application& app, const std::string& path) {
  app.open(path);
  app.run("PRAGMA journal_mode = WAL");
  app.run("PRAGMA wal_autocheckpoint = 0");
  app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
}

/// For TEST_CASE_FIXTURE: a database in WAL mode, opened by an application.
struct database_in_use {
  database_in_use() { make_wal_database(app, at / "app.db"); }

  const temp_folder at;
  application app;
};

/// One check, its state, and a clock that the test advances instead of sleeping.
class sqlite_probe {
 public:
  explicit sqlite_probe(const std::string& path, std::vector<raw_member> options = {},
                        const check_type& type = checks::sqlite())
      : limit_(type.cadence.timeout) {
    options.push_back(option("path", path));
    const auto raw = raw_value::map(std::move(options));
    problems errors;
    type.validate(raw, errors, {});
    for (const auto& problem : errors.list()) throw std::runtime_error(problem.message);
    check_ = type.make_blocking(raw);
  }

  outcome run() { return run(limit_); }
  outcome run(std::chrono::milliseconds limit) {
    const auto deadline = boot_clock::now() + turned_ + limit;
    probe_context ctx{began_ + turned_, deadline, std::chrono::system_clock::now(), memory};
    return check_->probe(ctx);
  }
  std::string result() { return described(run()); }
  void later(std::chrono::milliseconds by) { turned_ += by; }

  telltale::memory memory;

 private:
  std::unique_ptr<blocking_check> check_;
  std::chrono::milliseconds limit_;
  boot_clock::time_point began_ = boot_clock::now();  // the start of every run, so that ages are exact
  std::chrono::milliseconds turned_{0};
};

inline raw_member limit_option(std::string key, std::vector<raw_member> bounds) {
  return {std::move(key), {}, raw_value::map(std::move(bounds))};
}

inline sqlite_probe integrity_probe(const std::string& path, std::vector<raw_member> options = {}) {
  return sqlite_probe(path, std::move(options), checks::sqlite_integrity());
}

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

inline std::string read_file(const std::string& path) {
  std::string out;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOATIME);
  if (fd < 0) return out;
  char block[4096];
  for (ssize_t n = 0; (n = ::read(fd, block, sizeof block)) > 0;) out.append(block, static_cast<std::size_t>(n));
  ::close(fd);
  return out;
}

/// Access times: an inspection preserves even these when it runs as the owner; SQLite itself does not.
enum class access_times { compared, ignored };

/// Name, inode, owner, mode, size and times of every file in a directory, with a hash of the content.
inline std::string listing(const std::string& directory, access_times accessed = access_times::ignored) {
  std::map<std::string, std::string> lines;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    struct stat info {};
    if (::lstat(entry.path().c_str(), &info) != 0) continue;
    const auto hash = S_ISREG(info.st_mode) ? std::hash<std::string>{}(read_file(entry.path().string())) : 0;
    lines[entry.path().filename().string()] =
        fmt::format("ino {} uid {} gid {} mode {:o} size {} mtime {}.{} ctime {}.{} hash {:x}", info.st_ino,
                    info.st_uid, info.st_gid, info.st_mode, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                    info.st_ctim.tv_sec, info.st_ctim.tv_nsec, hash);
    if (accessed == access_times::compared)
      lines[entry.path().filename().string()] += fmt::format(" atime {}.{}", info.st_atim.tv_sec, info.st_atim.tv_nsec);
  }
  struct stat info {};
  ::stat(directory.c_str(), &info);
  auto out = fmt::format("mtime {}.{}\n", info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  for (const auto& [name, line] : lines) out += name + ": " + line + "\n";
  return out;
}

}  // namespace telltale::testing
