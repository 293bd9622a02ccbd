#include "worker/worker.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "worker_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("worker: is idle once it is ready, and reports refused restrictions") {
  worker_fixture f;
  CHECK(f.w.state() == worker_state::starting);
  f.process->ready("no filter");
  f.on_event();
  CHECK(f.news.refused == "no filter");
  CHECK(f.w.state() == worker_state::idle);
}

TEST_CASE("worker: one that is not ready in time is killed, and that is a start error") {
  worker_fixture f;
  CHECK(f.w.due() == f.now + 10s);
  f.now += 10s;
  f.on_time();
  CHECK(f.process->kills == 1);
  CHECK(f.w.state() == worker_state::ending);
  f.end_with({.signal = SIGKILL});
  CHECK(f.news.start_error == "the new process was not ready within 10 s and was killed");
  CHECK(f.news.crashed == 0);
  CHECK(f.w.has_ended());
}

TEST_CASE("worker: jobs are answered in order with their times") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c"});
  CHECK(f.sent() == list{"a", "b", "c"});
  f.now += 3ms;
  f.work(2, 4ms);
  f.on_event();
  REQUIRE(f.news.done.size() == 2);
  CHECK(f.done(0).answer == "done");
  CHECK(f.done(0).times.waited == 3ms);
  CHECK(f.done(0).times.duration == 4ms);
  CHECK(f.done(0).times.age == 4ms);
  CHECK(f.done(1).times.age == 0ms);
  CHECK(f.w.state() == worker_state::busy);
  f.work();
  f.on_event();
  CHECK(f.news.done.size() == 1);
  CHECK(f.w.state() == worker_state::idle);
}

TEST_CASE("worker: times that it reports are limited to what is possible") {
  worker_fixture f;
  f.be_ready();
  f.assign({"early", "late"});
  f.now += 5ms;
  f.process->begin();
  f.process->answer("", f.now - 1h, 2h);
  f.process->begin();
  f.process->answer("", f.now + 1h, 0ms);
  f.on_event();
  REQUIRE(f.news.done.size() == 2);
  CHECK(f.done(0).times.waited == 0ms);
  CHECK(f.done(0).times.duration == 5ms);
  CHECK(f.done(1).times.waited == 5ms);
  CHECK(f.done(1).times.age == 0ms);
}

TEST_CASE("worker: jobs that the socket does not hold are returned") {
  worker_fixture f;
  f.be_ready();
  f.process->capacity = 2;
  f.assign({"a", "b", "c", "d"});
  CHECK(f.sent() == list{"a", "b"});
  CHECK(payloads(f.news.returned) == list{"c", "d"});
  CHECK(f.news.returned[0]->failed_deliveries == 0);
}

TEST_CASE("worker: one that has exited returns its jobs and remembers the failed delivery") {
  worker_fixture f;
  f.be_ready();
  f.process->open = false;
  f.assign({"a", "b"});
  CHECK(payloads(f.news.returned) == list{"a", "b"});
  CHECK(f.news.returned[0]->failed_deliveries == 1);
  CHECK(f.news.returned[1]->failed_deliveries == 0);
  CHECK(f.w.state() == worker_state::ending);
  CHECK(f.process->kills == 0);
}

TEST_CASE("worker: after a slice the jobs behind the current one are taken back") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c", "d"});
  CHECK(f.w.due() == f.now + f.options.slice);
  f.work(1);
  f.process->begin();  // b hangs
  f.now += f.options.slice;
  f.on_time();
  CHECK(f.news.done.size() == 1);
  CHECK(payloads(f.news.returned) == list{"c", "d"});
  for (const auto& j : f.news.returned) CHECK(j->times_overtaken == 1);
  CHECK(f.w.state() == worker_state::busy);
  CHECK(f.w.due() == f.now - f.options.slice + 2s);
}

TEST_CASE("worker: it may receive a job between two that are taken back") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c", "d"});
  f.process->begin();
  f.process->while_taking = [&] {  // b is taken; a ends, and c begins
    f.process->answer("done", f.now, 1ms);
    f.process->begin();
  };
  f.now += f.options.slice;
  f.on_time();
  CHECK(payloads(f.news.returned) == list{"b", "d"});
  CHECK(f.news.done.size() == 1);
  CHECK(f.w.state() == worker_state::busy);
  f.process->answer("done", f.now, 1ms);
  f.on_event();
  CHECK(f.news.done.size() == 1);
  CHECK(f.w.state() == worker_state::idle);
}

TEST_CASE("worker: quick jobs are taken back after four slices, without a penalty") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c", "d", "e", "f", "g"});
  f.work(3, f.options.slice - 1ms);
  f.on_time();
  CHECK(f.news.done.size() == 3);
  CHECK(f.news.returned.empty());
  f.work(2, f.options.slice - 1ms);
  f.process->begin();
  f.now += 1ms;
  f.on_time();
  CHECK(f.news.done.size() == 2);
  CHECK(payloads(f.news.returned) == list{"g"});
  CHECK(f.news.returned[0]->times_overtaken == 0);
}

TEST_CASE("worker: a timeout shorter than a slice returns the jobs behind it in time") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b"}, 5ms);
  CHECK(f.w.due() == f.now + 5ms);
  f.process->begin();
  f.now += 5ms;
  f.on_time();
  CHECK(payloads(f.news.returned) == list{"b"});
  REQUIRE(f.news.done.size() == 1);
  CHECK(f.done().why == reason::timeout);
}

TEST_CASE("worker: jobs stay with a worker that gets no processor time for four slices, the first one longer") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c"});
  for (int n = 1; n < 4; ++n) {
    f.now += f.options.slice;
    CHECK(f.w.due() == f.now);
    f.on_time();
    CHECK(f.news.returned.empty());
    CHECK(f.sent() == list{"a", "b", "c"});
  }
  f.now += f.options.slice;
  f.on_time();
  CHECK(payloads(f.news.returned) == list{"b", "c"});
  for (const auto& j : f.news.returned) CHECK(j->times_overtaken == 0);
  CHECK(f.sent() == list{"a"});
  f.work();
  f.on_event();
  CHECK(f.news.done.size() == 1);
  CHECK(f.w.state() == worker_state::idle);
}

TEST_CASE("worker: one that received nothing and has exited returns all its jobs") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b"});
  f.now += f.options.slice;
  f.process->gone = true;
  f.on_time();
  CHECK(payloads(f.news.returned) == list{"a", "b"});
  CHECK(f.w.state() == worker_state::ending);
}

TEST_CASE("worker: takes more quick jobs during the first slice") {
  worker_fixture f;
  f.be_ready();
  f.of->record_overrun(1ms);
  f.assign({"a"});
  CHECK(f.w.takes_more(f.now));
  CHECK(f.w.load().jobs == 1);
  CHECK(f.w.load().expected == 1ms);
  f.now += 5ms;
  f.assign({"b"});
  CHECK(f.sent() == list{"a", "b"});
  CHECK(f.w.slice_end() == f.now - 5ms + f.options.slice);
  CHECK_FALSE(f.w.takes_more(f.now + f.options.slice));
  f.work(2);
  f.on_event();
  CHECK(f.w.state() == worker_state::idle);
  CHECK_FALSE(f.w.takes_more(f.now));
}

TEST_CASE("worker: one that receives a job before it has answered the last is killed; its jobs wait for its end") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a", "b", "c"});
  f.process->begin();
  f.process->begin();
  f.now += f.options.slice;
  f.on_time();
  CHECK(f.process->kills == 1);
  CHECK(payloads(f.news.returned) == list{"c"});
  CHECK(f.news.done.empty());
  f.end_with({.signal = SIGKILL});
  CHECK(f.done().sentence == "the worker broke the protocol and was killed while running the check");
  CHECK(payloads(f.news.returned) == list{"b"});
  CHECK(f.news.crashed == 0);  // counted before
}

TEST_CASE("worker: at its deadline a job fails and the worker is killed") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a"});
  f.process->begin();
  f.now = f.w.due();
  f.on_time();
  CHECK(f.done().why == reason::timeout);
  CHECK(f.done().sentence == "no answer within 2 s; the worker was killed");
  CHECK(f.news.killed == 1);
  CHECK(f.process->kills == 1);
  CHECK(f.process->disconnected);
  CHECK_FALSE(f.of->may_begin());
  f.end_with({.signal = SIGKILL});
  CHECK(f.of->may_begin());
  CHECK(f.news.done.empty());
}

TEST_CASE("worker: an answer that came in time counts, however late it is read") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a"});
  f.work();
  f.now += 10s;
  f.on_time();
  CHECK(f.done().answer == "done");
  CHECK(f.w.state() == worker_state::idle);
}

TEST_CASE("worker: a job gets its time again, once, when its deadline is checked late") {
  worker_fixture f;
  f.be_ready();
  f.assign({"a"});
  f.process->begin();
  f.now = f.w.due() + 5s;  // the program was stopped
  f.on_time();
  CHECK(f.news.done.empty());
  CHECK(f.w.due() == f.now + 2s);
  f.now = f.w.due() + 5s;
  f.on_time();
  CHECK(f.done().why == reason::timeout);
}
