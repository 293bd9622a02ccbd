// Tests the detection of the process that wrote a marker, in this and in other PID namespaces.
#include "marker/writer.hpp"

#include <sys/prctl.h>
#include <csignal>

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

namespace telltale::checks {
check_type marker();
}

using namespace telltale;
using namespace telltale::marker;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

/// An idle process with its own name; killed and reaped by the destructor.
class sleeper {
 public:
  sleeper() {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_NAME, "application");
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ready[0]);
      ::close(ready[1]);
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char none = 0;
    while (::read(ready[0], &none, 1) > 0) continue;  // until its name is set
    ::close(ready[0]);
  }
  sleeper(const sleeper&) = delete;
  sleeper& operator=(const sleeper&) = delete;
  ~sleeper() {
    kill();
    reap();
  }
  pid_t pid() const { return pid_; }
  void kill() { ::kill(pid_, SIGKILL); }
  void reap() {
    if (std::exchange(reaped_, true)) return;
    ::waitpid(pid_, nullptr, 0);
  }
  /// Kills it and leaves a zombie.
  void become_zombie() {
    kill();
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT);
  }

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
};

checked marker_of(const std::string& path, const std::string& where = "text") {
  return {checks::marker(), {option("path", path), option("pid", where)}};
}

/// Runs `body` as PID 1 of a namespace with its own /proc.
std::string in_private_processes(const std::function<std::string()>& body) {
  return in_private_mounts([&]() -> std::string {
    if (::unshare(CLONE_NEWPID) != 0) return "cannot make a PID namespace";
    return in_child([&]() -> std::string {
      if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) return "cannot mount /proc";
      return body();
    });
  });
}

bool may_have_processes() {
  const auto tried = in_private_processes([] { return std::string("yes"); });
  if (tried != "yes") MESSAGE("skipped: " << tried << " (needs CAP_SYS_ADMIN)");
  return tried == "yes";
}

/// Runs `body` beside an idle process in another mount namespace, as in another container.
std::string beside_a_container(const std::function<std::string()>& body) {
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return "pipe failed";
  const pid_t other = ::fork();
  if (other == 0) {
    ::prctl(PR_SET_NAME, "container");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::unshare(CLONE_NEWNS) != 0) ::_exit(1);
    ::close(ready[0]);
    ::close(ready[1]);
    for (;;) ::pause();
  }
  ::close(ready[1]);
  char none = 0;
  while (::read(ready[0], &none, 1) > 0) continue;
  ::close(ready[0]);
  auto out = body();
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  return out;
}

constexpr auto remedy =
    "share one PID namespace (shareProcessNamespace: true in a pod, pid: \"service:telltale\" for the application in "
    "compose), or use newer_than_file instead of pid";

}  // namespace

TEST_CASE("marker writer: a marker is valid only while its writer runs") {
  const temp_folder top;
  sleeper app;
  write_file(top / "m", std::to_string(app.pid()) + "\n");
  auto check = marker_of(top / "m");
  CHECK(check.run().verdict == verdict::pass);
  const auto ended = fmt::format("fail stale: {} was written by process {}, which has ended", top / "m", app.pid());
  app.become_zombie();
  CHECK(described(check.run()) == ended);
  app.reap();
  CHECK(described(check.run()) == ended);
}

TEST_CASE("marker writer: a marker of a writer that died while loading is stale, not pending") {
  const temp_folder top;
  sleeper app;
  write_file(top / "m", fmt::format(R"({{"pid":{},"p":0.4}})", app.pid()));
  checked check(checks::marker(), {option("path", top / "m"), option("pid", "/pid"), option("progress", "/p")});
  CHECK(described(check.run()) == "fail pending: " + (top / "m") + ": loading 40%");
  app.kill();
  app.reap();
  CHECK(check.run().reason == reason::stale);
}

TEST_CASE("marker writer: a later process with the same pid is not the writer") {
  const temp_folder top;
  sleeper app;
  write_file(top / "m", std::to_string(app.pid()));
  set_age(top / "m", 1min);
  CHECK(described(marker_of(top / "m").run()) ==
        fmt::format("fail stale: {} was written by an earlier process {}: the running one started later", top / "m",
                    app.pid()));
}

TEST_CASE("marker writer: a writer remains identified after the clock is set") {
  const temp_folder top;
  sleeper app;
  write_file(top / "m", std::to_string(app.pid()));
  auto check = marker_of(top / "m");
  CHECK(check.run().verdict == verdict::pass);
  set_age(top / "m", 1h);  // as after setting the clock ahead by an hour
  CHECK(check.run().verdict == verdict::pass);
  app.kill();
  app.reap();
  CHECK(check.run().reason == reason::stale);
}

TEST_CASE("marker writer: start times are compared with a tolerance for coarse clocks") {
  const wall_time now{1'700'000'000s};
  const moments at{now, now - 3h, now};
  CHECK(may_have_written(1h, now - 2h, at));
  CHECK(may_have_written(1h, now - 2h - 2s, at));
  CHECK_FALSE(may_have_written(1h, now - 2h - 2001ms, at));
}

TEST_CASE("marker writer: telltale's own processes are not writers") {
  const temp_folder top;
  for (const auto pid : {::getpid(), ::getppid()}) {
    write_file(top / "m", std::to_string(pid));
    CHECK(marker_of(top / "m").run().verdict == verdict::fail);
  }
}

TEST_CASE("marker writer: in a PID namespace of its own, telltale reports that writers are not visible") {
  if (!may_have_processes()) return;
  const temp_folder top;
  for (const std::string pid : {"1", "7"}) {
    write_file(top / "m", pid);
    CHECK(in_private_processes([&] { return described(marker_of(top / "m").run()); }) ==
          fmt::format("warn idle: {} was written by process {}, and whether it runs is not visible: telltale may see "
                      "only its own container; {}",
                      top / "m", pid, remedy));
  }
}

TEST_CASE("marker writer: a shell in telltale's container does not prove a shared PID namespace") {
  if (!may_have_processes()) return;
  const temp_folder top;
  CHECK(in_private_processes([&] {
          const sleeper shell;
          write_file(top / "m", "41");
          return described(marker_of(top / "m").run());
        }).starts_with("warn idle: "));
}

TEST_CASE("marker writer: another container older than the marker proves a shared PID namespace") {
  if (!may_have_processes()) return;
  const temp_folder top;
  CHECK(in_private_processes([&] {
          return beside_a_container([&] {
            write_file(top / "m", "41");
            return described(marker_of(top / "m").run());
          });
        }) == fmt::format("fail stale: {} was written by process 41, which has ended", top / "m"));
}

TEST_CASE("marker writer: a debug container started after the marker does not prove a shared PID namespace") {
  if (!may_have_processes()) return;
  const temp_folder top;
  write_file(top / "m", "41");
  set_age(top / "m", 1min);
  CHECK(in_private_processes([&] {
          return beside_a_container([&] { return described(marker_of(top / "m").run()); });
        }).starts_with("warn idle: "));
}

TEST_CASE("marker writer: telltale's parent init is not mistaken for an application with the same pid") {
  if (!may_have_processes()) return;
  const temp_folder top;
  CHECK(in_private_processes([&] {  // init
          write_file(top / "m", "1");
          return in_child([&] {    // telltale
            return in_child([&] {  // its worker
              return described(marker_of(top / "m").run());
            });
          });
        }) == fmt::format("warn idle: {} was written by process 1, and whether it runs is not visible: process 1 here "
                          "is an ancestor of telltale, such as its init; {}",
                          top / "m", remedy));
}

TEST_CASE("marker writer: the end of the only other process is detected") {
  if (!may_have_processes()) return;
  const temp_folder top;
  CHECK(in_private_processes([&]() -> std::string {
          sleeper app;
          write_file(top / "m", std::to_string(app.pid()));
          auto check = marker_of(top / "m");
          if (auto found = check.run(); found.verdict != verdict::pass) return described(found);
          app.kill();
          app.reap();
          return std::string(to_string(check.run().verdict)) + " " + std::string(to_string(check.run().reason));
        }) == "fail stale");
}

TEST_CASE("marker writer: a pid of a nested PID namespace is not looked up in telltale's") {
  if (!may_have_processes()) return;
  const temp_folder top;
  int away[2];
  int done[2];
  REQUIRE((::pipe2(away, O_CLOEXEC) == 0 && ::pipe2(done, O_CLOEXEC) == 0));
  const pid_t container = ::fork();
  if (container == 0) {
    ::close(done[1]);
    in_private_processes([&] {
      // This pid is free in the outer namespace: the tests run few processes, and it is near the end of the range.
      const int next = ::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
      [[maybe_unused]] auto n = ::write(next, "32700", 5);
      sleeper app;
      write_file(top / "m", std::to_string(app.pid()));
      n = ::write(away[1], "x", 1);
      char none = 0;
      n = ::read(done[0], &none, 1);  // until the other end is closed
      return std::string();
    });
    ::_exit(0);
  }
  ::close(away[1]);
  ::close(done[0]);
  char ready = 0;
  REQUIRE(::read(away[0], &ready, 1) == 1);
  const auto found = described(marker_of(top / "m").run());
  ::close(done[1]);
  ::close(away[0]);
  ::waitpid(container, nullptr, 0);
  CHECK(found ==
        fmt::format("warn idle: {} was written by process 32701, and whether it runs is not visible: a process "
                    "of another PID namespace has that number; {}",
                    top / "m", remedy));
}

TEST_CASE("marker writer: a process hidden by /proc is not reported as ended") {
  if (!may_mount()) return;
  const temp_folder top;
  std::filesystem::permissions(top.path(), std::filesystem::perms(0755));
  sleeper app;
  write_file(top / "m", std::to_string(app.pid()));
  CHECK(in_private_mounts([&]() -> std::string {
          if (::mount("proc", "/proc", "proc", 0, "hidepid=2") != 0) return "cannot mount /proc";
          return as_nobody([&] { return described(marker_of(top / "m").run()); });
        }) == fmt::format("warn idle: {} was written by process {}, and whether it runs is not visible: /proc hides it "
                          "(hidepid)",
                          top / "m", app.pid()));
}

TEST_CASE("marker writer: without /proc the writer's state is unknown") {
  if (!may_mount()) return;
  const temp_folder top;
  sleeper app;
  write_file(top / "m", std::to_string(app.pid()));
  CHECK(in_private_mounts([&]() -> std::string {
          if (::mount("tmpfs", "/proc", "tmpfs", 0, "size=1m") != 0) return "cannot mount a tmpfs";
          return described(marker_of(top / "m").run());
        }).ends_with("is not visible: /proc is not mounted"));
}
