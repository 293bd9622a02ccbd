#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <set>

#include "pool_fixture.hpp"
#include "worker/worker_pool.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

// Workers that ignore SIGKILL until released, like a process in an uninterruptible system call.
struct unkillable {
  unkillable() {
    options.kill = [this](pid_t pid) {
      if (held) waiting.insert(pid);
      else ::kill(pid, SIGKILL);
    };
    options.kill_grace = 50ms;
  }
  void release_pages() {
    held = false;
    for (const auto pid : waiting) ::kill(pid, SIGKILL);
  }
  bool held = true;
  std::set<pid_t> waiting;
  worker_pool_options options = test_options();
};

/// On a busy machine a run may time out before a worker is ready. The time limit is long enough for the worker to begin
/// it, because one that has not begun exits by itself when it is killed in vain.
run_report run_until_killed(pool_fixture& f, worker_pool::task_id id) {
  const auto before = f.pool->counts().killed;
  run_report last;
  for (int tries = 0; tries < 20 && f.pool->counts().killed == before; ++tries) last = f.run(id, 1s);
  return last;
}

}  // namespace

TEST_CASE("quarantine: a worker that cannot be killed makes only its own check stuck") {
  unkillable u;
  pool_fixture f(u.options);
  const auto hang = f.pool->add(scripted("hang"));
  CHECK(run_until_killed(f, hang).outcome.reason == reason::timeout);  // at the deadline, not after the grace period
  CHECK(f.pool->counts().stuck == 0);
  CHECK(f.run_until([&] { return f.pool->counts().stuck == 1; }));

  const auto started = f.pool->counts().started;
  const auto again = f.run(hang, 10s);
  CHECK(again.outcome.reason == reason::stuck);
  CHECK(again.outcome.message.starts_with("an earlier run has been stuck in the kernel for "));
  CHECK(f.pool->counts().started == started);

  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  u.release_pages();
}

TEST_CASE("quarantine: the check runs again once the worker has ended") {
  unkillable u;
  pool_fixture f(u.options);
  const auto hang = f.pool->add(scripted("hang"));
  run_until_killed(f, hang);
  CHECK(f.run_until([&] { return f.pool->counts().stuck == 1; }));
  u.release_pages();
  CHECK(f.run_until([&] { return f.pool->counts().stuck == 0; }));
  CHECK(f.run(hang, 100ms).outcome.reason == reason::timeout);
}

TEST_CASE("quarantine: a run submitted between kill and exit waits, then fails as stuck") {
  unkillable u;
  u.options.kill_grace = 300ms;
  pool_fixture f(u.options);
  const auto hang = f.pool->add(scripted("hang"));
  run_until_killed(f, hang);
  const auto started = f.pool->counts().started;
  CHECK(f.run(hang, 10s).outcome.reason == reason::stuck);
  CHECK(f.pool->counts().started == started);
  u.release_pages();
}

TEST_CASE("quarantine: a run that waited for the killed worker starts once that worker has ended") {
  pool_fixture f;
  const auto hang = f.pool->add(scripted("hang"));
  for (int twice = 0; twice < 2; ++twice) {
    const auto found = run_until_killed(f, hang).outcome;
    CHECK(found == outcome::fail(reason::timeout, "no answer within 1 s; the worker was killed"));
  }
}

TEST_CASE("quarantine: the same check added again by a reload is still stuck") {
  unkillable u;
  pool_fixture f(u.options);
  const auto first = f.pool->add(scripted("hang"));
  run_until_killed(f, first);
  f.pool->remove(first);
  CHECK(f.run_until([&] { return f.pool->counts().stuck == 1; }));
  CHECK(f.run(scripted("hang"), 10s).outcome.reason == reason::stuck);
  u.release_pages();
}

TEST_CASE("quarantine: stuck workers do not count against the limit") {
  unkillable u;
  u.options.max_workers = 1;
  pool_fixture f(u.options);
  for (int n = 0; n < 3; ++n)
    CHECK(run_until_killed(f, f.pool->add(scripted("hang", std::to_string(n)))).outcome.reason == reason::timeout);
  CHECK(f.run_until([&] { return f.pool->counts().stuck == 3; }));
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  u.release_pages();
}

TEST_CASE("quarantine: a worker that breaks the protocol and cannot be killed still produces an outcome") {
  unkillable u;
  pool_fixture f(u.options);
  CHECK(f.run(scripted("garbage_hang"), 10s).outcome ==
        outcome::fail(reason::crashed, "the worker broke the protocol while running the check, and cannot be killed"));
  u.release_pages();
}

TEST_CASE("quarantine: a program that hangs at its start is not started repeatedly") {
  ::setenv("TELLTALE_TEST_NEVER_READY", "1", 1);
  unkillable u;
  u.options.start_limit = 50ms;
  pool_fixture f(u.options);
  const auto report = f.run(scripted("ok"), 2s);
  ::unsetenv("TELLTALE_TEST_NEVER_READY");
  CHECK(report.outcome ==
        outcome::fail(reason::internal, "a worker cannot be started: the new process hangs in the kernel"));
  CHECK(f.pool->counts().started == 1);
  u.release_pages();
}

TEST_CASE("quarantine: stop does not wait for a worker that cannot be killed") {
  unkillable u;
  pool_fixture f(u.options);
  run_until_killed(f, f.pool->add(scripted("hang")));
  std::vector<run_report> done;
  f.submit(f.pool->add(scripted("hang", "other")), 10s, done);
  CHECK(f.run_until([&] { return f.pool->counts().stuck == 1 && f.pool->counts().busy == 1; }));
  f.pool->stop();
  f.context.restart();
  f.context.run_for(10s);
  CHECK(f.context.stopped());
  CHECK(done.size() == 1);
  u.release_pages();
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
}
