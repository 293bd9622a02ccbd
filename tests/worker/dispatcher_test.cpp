#include "worker/dispatcher.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "fakes/fake_job.hpp"
#include "fakes/fake_worker_process.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::chrono_literals;

namespace {

using list = std::vector<std::string>;

struct fixture {
  explicit fixture(std::size_t max_workers = 16) : options{.max_workers = max_workers} {}

  void submit(const std::string& name, std::shared_ptr<task> of = task_of(0ms), std::chrono::nanoseconds limit = 2s) {
    all.submit(std::make_unique<fake_job>(std::move(of), name, limit), now);
  }
  void dispatch() { all.dispatch(now); }
  void submit_and_dispatch(const std::string& name, std::shared_ptr<task> of = task_of(0ms)) {
    submit(name, std::move(of));
    dispatch();
  }
  /// The worker that was started as the nth becomes ready.
  void be_ready(std::size_t nth) {
    started.at(nth).second->ready();
    all.on_event(started[nth].first, now);
  }
  void start_workers(std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) submit("first", task_of(1h));
    dispatch();
    REQUIRE(started.size() == count);
    for (std::size_t n = 0; n < count; ++n) be_ready(n);
    for (std::size_t n = 0; n < count; ++n) answer(n);
    all.take_done();
  }
  void answer(std::size_t nth, std::chrono::nanoseconds duration = 0ms) {
    process(nth).begin();
    process(nth).answer("done", now, duration);
    now += duration;
    all.on_event(started[nth].first, now);
  }
  void hang(std::size_t nth) { process(nth).begin(); }
  void end_with(std::size_t nth, exit_status how) {
    process(nth).ended = how;
    all.on_event(started[nth].first, now);
  }
  void pass(std::chrono::nanoseconds span) {
    now += span;
    all.on_time(now);
  }
  fake_process_state& process(std::size_t nth) { return *started.at(nth).second; }
  list sent(std::size_t nth) {
    list out;
    for (const auto& each : process(nth).queued) out.push_back(each.payload);
    return out;
  }
  list failures() {
    list out;
    for (const auto& j : all.take_done()) out.push_back(static_cast<const fake_job&>(*j).sentence);
    return out;
  }

  loop_clock::time_point now{1000s};
  worker_pool_options options;
  std::error_code refusal;
  int attempts = 0;
  std::vector<std::pair<dispatcher::worker_id, std::shared_ptr<fake_process_state>>> started;
  dispatcher all{options, [this](dispatcher::worker_id id, std::error_code& ec) -> std::unique_ptr<worker_process> {
                   ++attempts;
                   ec = refusal;
                   if (ec) return nullptr;
                   started.emplace_back(id, std::make_shared<fake_process_state>());
                   return std::make_unique<fake_worker_process>(started.back().second);
                 }};
};

}  // namespace

TEST_CASE("dispatcher: starts a worker for the first jobs and gives it all of them") {
  fixture f;
  for (const auto* name : {"a", "b", "c"}) f.submit(name);
  CHECK(f.started.empty());
  f.dispatch();
  REQUIRE(f.started.size() == 1);
  CHECK(f.all.counts().busy == 1);
  f.be_ready(0);
  CHECK(f.sent(0) == list{"a", "b", "c"});
  f.answer(0);
  CHECK(f.all.take_done().size() == 1);
  CHECK(f.all.take_done().empty());
}

TEST_CASE("dispatcher: slow jobs get a worker each, and start those that are missing") {
  fixture f;
  for (const auto* name : {"a", "b"}) f.submit(name, task_of(1s));
  f.submit("quick");
  f.dispatch();
  CHECK(f.started.size() == 3);
  f.be_ready(0);
  CHECK(f.sent(0) == list{"quick"});
  f.be_ready(1);
  CHECK(f.sent(1) == list{"a"});
}

TEST_CASE("dispatcher: quick jobs wait one slice for a worker with quick jobs, then start another") {
  fixture f;
  f.start_workers(1);
  f.submit_and_dispatch("a");
  f.hang(0);
  f.submit_and_dispatch("b");
  CHECK(f.started.size() == 1);
  CHECK(f.all.due(f.now) == f.now + f.options.slice);
  f.pass(f.options.slice);
  CHECK(f.started.size() == 2);
}

TEST_CASE("dispatcher: jobs join a worker with quick jobs rather than wake another") {
  fixture f;
  f.start_workers(2);
  f.submit_and_dispatch("a");
  f.submit_and_dispatch("b");
  f.submit_and_dispatch("slow", task_of(1s));
  f.submit_and_dispatch("behind slow");
  CHECK(f.sent(0).size() + f.sent(1).size() == 4);
  CHECK((f.sent(0) == list{"slow"} || f.sent(1) == list{"slow"}));
}

TEST_CASE("dispatcher: a worker whose notification has not been handled gets the next jobs") {
  fixture f;
  f.start_workers(1);
  f.submit_and_dispatch("a");
  f.hang(0);
  f.process(0).answer("done", f.now, 0ms);  // without an event
  f.now += f.options.slice;
  f.submit_and_dispatch("b");
  CHECK(f.started.size() == 1);
  CHECK(f.sent(0) == list{"b"});
}

TEST_CASE("dispatcher: one worker stays free of slow jobs") {
  fixture f(3);
  for (int n = 0; n < 5; ++n) f.submit("slow", task_of(1s));
  f.dispatch();
  CHECK(f.started.size() == 3);
  for (std::size_t n = 0; n < 3; ++n) f.be_ready(n);
  CHECK(f.all.counts().busy == 2);
  f.submit_and_dispatch("quick");
  CHECK(f.sent(2) == list{"quick"});
}

TEST_CASE("dispatcher: the only worker of a pool does slow jobs too") {
  fixture f(1);
  f.submit_and_dispatch("slow", task_of(1s));
  f.be_ready(0);
  CHECK(f.sent(0) == list{"slow"});
}

TEST_CASE("dispatcher: workers that overrun in quick jobs do not count, up to twice the limit") {
  fixture f(2);
  for (std::size_t n = 0; n < 6; ++n) {
    f.submit("hang" + std::to_string(n));
    f.dispatch();
    f.pass(f.options.slice);
    if (f.started.size() <= n) break;
    f.be_ready(n);
    f.hang(n);
    f.pass(f.options.slice);
  }
  CHECK(f.started.size() == 4);
}

TEST_CASE("dispatcher: a job that waits as long as its timeout fails and says why") {
  fixture f(1);
  f.submit_and_dispatch("hang");
  f.pass(2s);
  CHECK(f.failures() == list{"waited 2 s for a worker to start"});
  f.submit_and_dispatch("hang");
  f.be_ready(0);
  f.hang(0);
  f.now += 1s;
  f.submit("waits", task_of(1s), 500ms);
  f.pass(500ms);
  CHECK(f.failures() == list{"waited 500 ms for a free worker (1 busy)"});
}

TEST_CASE("dispatcher: after a failed start it waits longer each time, and jobs fail with the reason") {
  fixture f;
  f.refusal = std::make_error_code(std::errc::too_many_files_open);
  f.submit_and_dispatch("a");
  for (const auto wait : {100ms, 200ms, 400ms}) {
    const auto before = f.attempts;
    f.pass(wait - 1ms);
    CHECK(f.attempts == before);
    CHECK(f.all.due(f.now) == f.now + 1ms);
    f.pass(1ms);
    CHECK(f.attempts == before + 1);
  }
  f.pass(2s);
  CHECK(f.failures() == list{"a worker cannot be started: Too many open files"});
  f.refusal.clear();
  f.submit_and_dispatch("b");
  f.pass(4s);
  CHECK(f.started.size() == 1);
  f.be_ready(0);
  CHECK(f.all.counts().idle + f.all.counts().busy == 1);
}

TEST_CASE("dispatcher: a process that is no worker delays the next start, and its jobs fail with the reason") {
  fixture f;
  f.submit_and_dispatch("a");
  f.end_with(0, {.code = 7});
  CHECK(f.started.size() == 1);
  f.pass(100ms);
  CHECK(f.started.size() == 2);
  f.end_with(1, {.code = 7});
  f.pass(1900ms);
  CHECK(f.failures() == list{"a worker cannot be started: the new process ended with exit code 7"});
  CHECK(f.all.counts().crashed == 0);
}

TEST_CASE("dispatcher: a job that three workers did not receive fails") {
  fixture f;
  f.submit("a", task_of(0ms), 1h);
  f.dispatch();
  for (std::size_t n = 0; n < 3; ++n) {
    REQUIRE(f.started.size() == n + 1);
    f.be_ready(n);
    CHECK(f.sent(n) == list{"a"});
    f.end_with(n, {.code = 0});
  }
  CHECK(f.failures() == list{"workers exit before they accept a job"});
}

TEST_CASE("dispatcher: jobs of a task wait for its killed worker, and fail once that is stuck") {
  fixture f;
  const auto of = task_of(0ms, "a");
  f.submit_and_dispatch("1", of);
  f.be_ready(0);
  CHECK(f.all.shared_task(task_of(0ms, "a")) == of);  // a check that was renamed meanwhile waits for this run, too
  f.hang(0);
  f.pass(2s);
  CHECK(f.failures().size() == 1);
  f.submit_and_dispatch("2", of);
  f.submit_and_dispatch("other");
  REQUIRE(f.started.size() == 2);
  f.be_ready(1);
  CHECK(f.sent(1) == list{"other"});
  f.pass(f.options.kill_grace);
  CHECK(f.failures() == list{"an earlier run has been stuck in the kernel for over 2 s"});
  CHECK(f.all.counts().stuck == 1);
  f.submit_and_dispatch("3", of);
  CHECK(f.failures().size() == 1);

  const auto same = task_of(0ms, "a");
  CHECK(f.all.shared_task(same) == of);
  CHECK(f.all.shared_task(task_of(0ms, "b")) != of);
  f.end_with(0, {.signal = SIGKILL});
  CHECK(f.all.shared_task(same) == same);
  f.answer(1);
  f.submit_and_dispatch("4", of);
  CHECK(f.sent(1) == list{"4"});
}

TEST_CASE("dispatcher: idle workers retire down to one, the longest idle first") {
  fixture f;
  f.start_workers(3);
  CHECK(f.all.counts().idle == 3);
  CHECK(f.all.due(f.now) == f.now + f.options.idle_timeout);
  f.pass(f.options.idle_timeout);
  CHECK(f.all.counts().idle == 1);
  CHECK(f.all.counts().crashed == 0);
}

TEST_CASE("dispatcher: stop kills every worker and fails every job, now and later") {
  fixture f;
  f.start_workers(1);
  f.submit_and_dispatch("runs");
  f.hang(0);
  f.submit_and_dispatch("waits");
  f.all.stop(f.now);
  f.submit_and_dispatch("late");
  CHECK(f.failures() == list(3, "the program is stopping"));
  CHECK(f.process(0).kills == 1);
  f.pass(f.options.kill_grace);  // it is stuck, and must not keep the loop running
  CHECK(f.process(0).destroyed);
  CHECK(f.all.due(f.now) == dispatcher::time_point::max());
}

TEST_CASE("dispatcher: its destructor kills the workers") {
  auto process = std::make_shared<fake_process_state>();
  {
    dispatcher all(
        {}, [&](dispatcher::worker_id, std::error_code&) { return std::make_unique<fake_worker_process>(process); });
    all.submit(std::make_unique<fake_job>(task_of(0ms)), loop_clock::time_point(1s));
    all.dispatch(loop_clock::time_point(1s));
  }
  CHECK(process->kills == 1);
}
