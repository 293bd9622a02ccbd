#include "worker/worker.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "worker_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("worker end: its death fails the current job and returns those that it has not received at once") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c"});
  f.work(1);
  f.process->begin();
  f.process->open = false;
  f.on_event();
  CHECK(f.done().answer == "done");
  CHECK(payloads(f.news.returned) == list{"c"});
  CHECK(f.news.crashed == 1);
  CHECK(f.process->kills == 0);
  f.end_with({.signal = SIGSEGV});
  CHECK(f.done().why == reason::crashed);
  CHECK(f.done().sentence == "the worker died of SIGSEGV while running the check");
}

TEST_CASE("worker end: a malformed, foreign or repeated answer is a protocol error") {
  for (const auto* how : {"junk", "foreign", "ready", "malformed", "talkative"}) {
    CAPTURE(how);
    worker_fixture f;
    f.be_ready();
    f.assign({"a", "b"});
    f.process->begin();
    const std::string_view which = how;
    if (which == "junk") f.process->answers.push_back("junk");
    if (which == "foreign") f.process->answers.push_back(wire::encode(wire::answer_packet{77, f.now, 1ms, "done"}));
    if (which == "ready") f.process->ready();
    if (which == "malformed") f.process->answer("malformed", f.now, 1ms);
    if (which == "talkative") f.process->talkative = true;
    f.on_event();
    CHECK(f.process->kills == 1);
    CHECK(payloads(f.news.returned) == list{"b"});
    f.end_with({.signal = SIGKILL});
    CHECK(f.done().sentence == "the worker broke the protocol and was killed while running the check");
  }
}

TEST_CASE("worker end: an answer before it is ready or without a job is a protocol error") {
  worker_fixture f;
  f.process->answers.push_back(wire::encode(wire::answer_packet{1, f.now, 1ms, "done"}));
  f.on_event();
  CHECK(f.process->kills == 1);
  f.end_with({.signal = SIGKILL});
  CHECK(f.news.start_error == "the new process broke the protocol and was killed");

  worker_fixture g;
  g.be_ready();
  g.process->answers.push_back(wire::encode(wire::answer_packet{1, g.now, 1ms, "done"}));
  g.on_event();
  CHECK(g.process->kills == 1);
  CHECK(g.news.crashed == 1);
}

TEST_CASE("worker end: one that closes its sockets and does not exit is killed after the grace period") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a"});
  f.process->begin();
  f.process->open = false;
  f.on_event();
  CHECK(f.process->kills == 0);
  f.now += f.options.kill_grace;
  f.on_time();
  CHECK(f.process->kills == 1);
  f.end_with({.signal = SIGKILL});
  CHECK(f.done().sentence == "the worker closed its socket and was killed while running the check");
}

TEST_CASE("worker end: one that cannot be killed is stuck, and so is its task until it has ended") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a"});
  f.process->begin();
  const auto began = f.now;
  f.now = f.w.due();
  f.on_time();
  f.now += f.options.kill_grace;
  f.on_time();
  CHECK(f.w.state() == worker_state::stuck);
  CHECK(f.w.due() == loop_clock::time_point::max());
  CHECK(f.of->is_stuck());
  CHECK(f.of->stuck_since == began);
  f.end_with({.signal = SIGKILL});
  CHECK_FALSE(f.of->is_stuck());
  CHECK_FALSE(f.of->stuck_since);
  CHECK(f.of->may_begin());
}

TEST_CASE("worker end: a job in a worker that broke the protocol and cannot be killed fails after the grace period") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a"});
  f.process->begin();
  f.process->answers.push_back("junk");
  f.on_event();
  f.now += f.options.kill_grace;
  f.on_time();
  CHECK(f.done().sentence == "the worker broke the protocol while running the check, and cannot be killed");
}

TEST_CASE("worker end: a retired one exits by itself, or is killed") {
  worker_fixture f;
  f.be_ready();
  f.w.retire(f.now);
  CHECK(f.process->retired);
  f.now += f.options.kill_grace;
  f.on_time();
  CHECK(f.process->kills == 1);
  f.end_with({.signal = SIGKILL});
  CHECK(f.news.crashed == 0);
  CHECK(f.news.start_error.empty());
}

TEST_CASE("worker end: stop kills it and returns all its jobs") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b"});
  f.process->begin();
  f.step([&] { f.w.stop(f.now, f.news); });
  CHECK(payloads(f.news.returned) == list{"a", "b"});
  CHECK(f.process->kills == 1);
  f.step([&] { f.w.stop(f.now, f.news); });
  CHECK(f.process->kills == 1);
}
