#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

#include "pool_fixture.hpp"
#include "worker/worker_pool.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

class with_environment {
 public:
  explicit with_environment(const char* name) : name_(name) { ::setenv(name_, "1", 1); }
  ~with_environment() { ::unsetenv(name_); }
  with_environment(const with_environment&) = delete;
  with_environment& operator=(const with_environment&) = delete;

 private:
  const char* name_;
};

/// Runs the check in the middle of a batch of good ones.
void submit_among_ten(pool_fixture& f, const char* how, std::chrono::milliseconds timeout, std::vector<run_report>& bad,
                      std::vector<run_report>& good) {
  const auto ok = f.pool->add(scripted("ok"));
  for (int n = 0; n < 5; ++n) f.submit(ok, 20s, good);
  f.submit(f.pool->add(scripted(how)), timeout, bad);
  for (int n = 0; n < 5; ++n) f.submit(ok, 20s, good);
}

}  // namespace

TEST_CASE("worker failures: a run without a result is killed and reported") {
  pool_fixture f;
  const auto report = f.run(scripted("hang"), 150ms);
  CHECK(report.outcome == outcome::fail(reason::timeout, "no answer within 150 ms; the worker was killed"));
  CHECK(report.duration >= 150ms);
  CHECK(f.pool->counts().killed == 1);
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
}

TEST_CASE("worker failures: the reason of a worker's death is reported, and the worker is replaced") {
  struct row {
    const char *how, *arg, *message;
  };
  pool_fixture f;
  for (const auto& [how, arg, message] : std::vector<row>{
           {"signal", "11", "the worker died of SIGSEGV while running the check"},
           {"signal", "7", "the worker died of SIGBUS while running the check"},
           {"signal", "6", "the worker died of SIGABRT while running the check"},
           {"signal", "9", "the worker was killed by SIGKILL (out of memory?) while running the check"},
           {"exit", "0", "the worker ended with exit code 0 while running the check"},
           {"exit", "3", "the worker ended with exit code 3 while running the check"},
           {"garbage", "", "the worker broke the protocol and was killed while running the check"},
           {"half_a_header", "", "the worker broke the protocol and was killed while running the check"},
           {"huge_packet", "", "the worker broke the protocol and was killed while running the check"},
           {"foreign_answer", "", "the worker broke the protocol and was killed while running the check"},
           {"ready_again", "", "the worker broke the protocol and was killed while running the check"},
           {"talkative", "", "the worker broke the protocol and was killed while running the check"},
           {"empty_packet", "", "the worker ended with exit code 0 while running the check"},
           {"close_sockets", "", "the worker closed its socket and was killed while running the check"},
       }) {
    CAPTURE(std::string(how));
    const auto before = f.pool->counts();
    CHECK(f.run(scripted(how, arg)).outcome == outcome::fail(reason::crashed, message));
    CHECK(f.pool->counts().crashed == before.crashed + 1);
    CHECK(f.pool->counts().killed == before.killed);
    CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  }
}

TEST_CASE("worker failures: an exception becomes an outcome and costs no worker") {
  pool_fixture f;
  CHECK(f.run(scripted("throw")).outcome == outcome::fail(reason::internal, "the check failed: out of luck"));
  CHECK(f.run(scripted("throw_int")).outcome ==
        outcome::fail(reason::internal, "the check threw an unknown exception"));
  CHECK(f.run(scripted("unbuildable")).outcome == outcome::fail(reason::internal, "the check failed: no such secret"));
  CHECK(f.pool->counts().started == 1);
}

TEST_CASE("worker failures: the runs behind a crash or a timeout run in other workers") {
  for (const auto* how : {"signal", "hang", "garbage", "close_sockets"}) {
    CAPTURE(how);
    pool_fixture f;
    std::vector<run_report> bad;
    std::vector<run_report> good;
    f.submit(f.pool->add(scripted(how, "7")), 300ms, bad);
    const auto ok = f.pool->add(scripted("ok"));
    for (int n = 0; n < 20; ++n) f.submit(ok, 20s, good);
    CHECK(f.run_until([&] { return bad.size() == 1 && good.size() == 20; }));
    CHECK(bad[0].outcome.verdict == verdict::fail);
    for (const auto& report : good) CHECK(report.outcome.verdict == verdict::pass);
  }
}

TEST_CASE("worker failures: after a protocol error in a batch only the responsible check fails") {
  for (const auto* how : {"garbage", "foreign_answer", "talkative"}) {
    CAPTURE(std::string(how));
    pool_fixture f;
    std::vector<run_report> bad;
    std::vector<run_report> good;
    submit_among_ten(f, how, 20s, bad, good);
    REQUIRE(f.run_until([&] { return bad.size() == 1 && good.size() == 10; }));
    CHECK(bad[0].outcome.reason == reason::crashed);
    for (const auto& report : good) CHECK(report.outcome.verdict == verdict::pass);
  }
}

TEST_CASE("worker failures: a worker that receives all its jobs and hangs in the first delays no other check") {
  pool_fixture f;
  std::vector<run_report> bad;
  std::vector<run_report> good;
  submit_among_ten(f, "reads_ahead", 20s, bad, good);
  REQUIRE(f.run_until([&] { return good.size() == 10 && bad.size() == 1; }));  // not at its deadline
  CHECK(bad[0].outcome.reason == reason::crashed);
  for (const auto& report : good) CHECK(report.outcome.verdict == verdict::pass);
}

TEST_CASE("worker failures: a worker that makes its sockets blocking does not block the program") {
  pool_fixture f;
  CHECK(f.run(scripted("make_blocking")).outcome.verdict == verdict::pass);
  CHECK(f.run(scripted("hang"), 100ms).outcome.reason == reason::timeout);
}

TEST_CASE("worker failures: messages sent before a worker died count, however late they are read") {
  pool_fixture f;
  f.run(scripted("ok"));
  std::vector<run_report> good;
  std::vector<run_report> bad;
  const auto ok = f.pool->add(scripted("ok"));
  for (int n = 0; n < 400; ++n) f.submit(ok, 20s, good);
  f.submit(f.pool->add(scripted("exit", "3")), 20s, bad);
  f.context.restart();
  f.context.poll();
  ::usleep(200'000);  // stalls the loop until the worker has ended
  CHECK(f.run_until([&] { return good.size() == 400 && bad.size() == 1; }));
  for (const auto& report : good) CHECK(report.outcome.verdict == verdict::pass);
  CHECK(bad[0].outcome.reason == reason::crashed);
}

TEST_CASE("worker failures: a stopped worker makes its check time out and is replaced") {
  pool_fixture f;
  const auto pid = std::stoi(f.run(scripted("pid")).outcome.message);
  ::kill(pid, SIGSTOP);
  CHECK(f.run(scripted("ok"), 200ms).outcome.reason == reason::timeout);
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  CHECK(f.pool->counts().killed == 1);
}

TEST_CASE("worker failures: an idle worker that died is replaced when there is work") {
  pool_fixture f;
  const auto pid = std::stoi(f.run(scripted("pid")).outcome.message);
  ::kill(pid, SIGKILL);
  CHECK(f.run_until([&] { return f.pool->counts().crashed == 1; }));
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
}

TEST_CASE("worker failures: a worker killed in the loop iteration in which it gets work loses no result") {
  pool_fixture f;
  for (int round = 0; round < 20; ++round) {
    const auto pid = std::stoi(f.run(scripted("pid")).outcome.message);
    ::kill(pid, SIGKILL);
    const auto found = f.run(scripted("ok")).outcome;
    // Either result is valid, depending on whether the work had reached the worker.
    CHECK((found.verdict == verdict::pass || found.reason == reason::crashed));
  }
}

TEST_CASE("worker failures: workers ignore signals meant for the program") {
  pool_fixture f;
  const auto pid = f.run(scripted("pid")).outcome.message;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) ::kill(std::stoi(pid), signal);
  CHECK(f.run(scripted("pid")).outcome.message == pid);
}

TEST_CASE("worker failures: a program that cannot be executed fails the run and is retried with delays") {
  auto options = test_options();
  options.program = "/nonexistent/telltale";
  pool_fixture f(options);
  const auto report = f.run(scripted("ok"), 300ms);
  CHECK(report.outcome == outcome::fail(reason::internal, "a worker cannot be started: No such file or directory"));
  CHECK(f.pool->counts().started >= 2);
  CHECK(f.pool->counts().started <= 4);
}

TEST_CASE("worker failures: a program that is not a worker fails the run and is retried with delays") {
  const with_environment variable("TELLTALE_TEST_NOT_A_WORKER");
  pool_fixture f;
  const auto report = f.run(scripted("ok"), 2s);
  CHECK(report.outcome ==
        outcome::fail(reason::internal, "a worker cannot be started: the new process ended with exit code 7"));
  // At 0, 100, 300, 700 and 1500 ms, or slightly later.
  CHECK(f.pool->counts().started <= 5);
  CHECK(f.pool->counts().crashed == 0);
}

TEST_CASE("worker failures: a program whose first message is invalid is killed") {
  const with_environment variable("TELLTALE_TEST_WRONG_GREETING");
  pool_fixture f;
  CHECK(
      f.run(scripted("ok"), 2s).outcome ==
      outcome::fail(reason::internal, "a worker cannot be started: the new process broke the protocol and was killed"));
}

TEST_CASE("worker failures: a program that never becomes ready is killed") {
  const with_environment variable("TELLTALE_TEST_NEVER_READY");
  auto options = test_options();
  options.start_limit = 100ms;
  pool_fixture f(options);
  CHECK(f.run(scripted("ok"), 2s).outcome ==
        outcome::fail(reason::internal,
                      "a worker cannot be started: the new process was not ready within 100 ms and was killed"));
}

TEST_CASE("worker failures: a worker that never reads is killed, however many messages are queued") {
  pool_fixture f;
  std::vector<run_report> done;
  {
    const with_environment broken("TELLTALE_TEST_NEVER_READS");
    // More than the socket's capacity: the rest must wait outside it without blocking the program.
    for (int n = 0; n < 40; ++n) f.submit(f.pool->add(scripted("ok", std::string(50'000, 'x'))), 300ms, done);
    const auto began = std::chrono::steady_clock::now();
    CHECK(f.run_until([&] { return done.size() == 40; }));
    CHECK(std::chrono::steady_clock::now() - began < 5s);
  }
  for (const auto& report : done) CHECK(report.outcome.reason == reason::timeout);
  CHECK(f.pool->counts().killed > 0);
  // Workers started earlier may still exist.
  const auto most = 2 * worker_pool_options().max_workers;
  std::size_t timeouts = 0;
  while (f.run(scripted("ok"), 300ms).outcome.verdict != verdict::pass && timeouts <= most) ++timeouts;
  CHECK(timeouts <= most);
}

TEST_CASE("worker failures: without a free descriptor runs fail with the reason, and succeed again later") {
  pool_fixture f;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{1, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  const auto report = f.run(scripted("ok"), 300ms);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(report.outcome == outcome::fail(reason::internal, "a worker cannot be started: Too many open files"));
  CHECK(f.run(scripted("ok"), 20s).outcome.verdict == verdict::pass);
}
