#include "worker/reaper.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "pool_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

// Creates an orphaned grandchild; this process is a child subreaper meanwhile and inherits it.
void make_orphan() {
  const pid_t parent = ::fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {
    if (::fork() == 0) {
      ::usleep(20'000);
      ::_exit(0);
    }
    ::_exit(0);
  }
}

struct subreaper {
  subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

}  // namespace

TEST_CASE("reaper: does nothing in a process that is not PID 1") {
  boost::asio::io_context context;
  CHECK((::getpid() == 1 || reap_orphans(context) == nullptr));
}

TEST_CASE("reaper: collects orphans and leaves workers to the pool") {
  const subreaper adopting;
  pool_fixture f;
  const auto reaping = reap_orphans_always(f.context);
  for (int round = 0; round < 20; ++round) {
    make_orphan();
    CHECK(f.run(scripted("signal", "7")).outcome ==
          outcome::fail(reason::crashed, "the worker died of SIGBUS while running the check"));
    CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  }
  f.pool->stop();
  CHECK(f.run_until([&] { return has_no_children(); }));
}

TEST_CASE("reaper: collects children that ended before it was created, and may be destroyed with a signal pending") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  boost::asio::io_context context;
  auto reaping = reap_orphans_always(context);
  CHECK(has_no_children());
  ::raise(SIGCHLD);
  reaping.reset();
  context.run();
}
