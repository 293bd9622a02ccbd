#include "worker/job_queue.hpp"

#include <doctest/doctest.h>

#include "fakes/fake_job.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::chrono_literals;

namespace {

const loop_clock::time_point start{1000s};

job_ptr run_of(std::shared_ptr<task> of, std::string name) {
  auto out = std::make_unique<fake_job>(std::move(of), std::move(name));
  out->submitted = start;
  return out;
}

using list = std::vector<std::string>;

struct fixture {
  void add(std::chrono::nanoseconds expected, std::string name) {
    queue.push_back(run_of(task_of(expected), std::move(name)));
  }
  list take(bool slow_allowed = true) { return payloads(queue.take_group(slow_allowed)); }
  job_queue queue{25ms};
};

}  // namespace

TEST_CASE("job queue: quick jobs share a group, in order") {
  fixture f;
  for (const auto* name : {"1", "2", "3"}) f.add(1ms, name);
  CHECK(f.queue.waiting().quick_groups == 1);
  CHECK(f.take() == list{"1", "2", "3"});
  CHECK(f.queue.empty());
  CHECK(f.take().empty());
}

TEST_CASE("job queue: the size of a group is limited, and one worker suffices for many quick jobs") {
  fixture f;
  for (std::size_t n = 0; n <= 2 * max_in_group; ++n) f.add(1us, std::to_string(n));
  CHECK(f.queue.waiting().quick_groups == 1);
  CHECK(f.take().size() == max_in_group);
  const auto second = f.take();
  CHECK(second.size() == max_in_group);
  CHECK(second.front() == std::to_string(max_in_group));
  CHECK(f.take() == list{std::to_string(2 * max_in_group)});
}

TEST_CASE("job queue: a group ends before its jobs would take a slice together") {
  fixture f;
  for (const auto* name : {"1", "2", "3", "4", "5"}) f.add(10ms, name);
  CHECK(f.queue.waiting().quick_groups == 3);
  CHECK(f.take() == list{"1", "2"});
  CHECK(f.take() == list{"3", "4"});
  CHECK(f.take() == list{"5"});
}

TEST_CASE("job queue: a worker that has jobs gets only as many quick ones as fit behind them") {
  fixture f;
  f.add(1s, "slow");
  for (const auto* name : {"1", "2", "3"}) f.add(10ms, name);
  CHECK(payloads(f.queue.take_group(false, {1, 20ms})).empty());
  CHECK(payloads(f.queue.take_group(false, {max_in_group, 0ms})).empty());
  CHECK(payloads(f.queue.take_group(false, {5, 10ms})) == list{"1"});
  CHECK(payloads(f.queue.take_group(false, {1, 0ms})) == list{"2", "3"});
}

TEST_CASE("job queue: slow jobs get their own worker, after quick jobs and only when allowed") {
  fixture f;
  auto declared = task_of(0ms);
  declared->slow = true;
  f.add(25ms, "1");
  f.queue.push_back(run_of(declared, "2"));
  f.add(1ms, "3");
  CHECK(f.queue.waiting().slow_jobs == 2);
  CHECK(f.take() == list{"3"});
  CHECK(f.take(false).empty());
  CHECK(f.take() == list{"1"});
  CHECK(f.take() == list{"2"});
}

TEST_CASE("job queue: one slow run does not make a task slow, two do") {
  job_queue queue(25ms);
  const auto of = task_of(0ms);
  const auto j = run_of(of, "");
  of->record_duration(1s);
  CHECK_FALSE(queue.is_slow(*j));
  of->record_duration(1s);
  CHECK(queue.is_slow(*j));
  of->record_duration(1ms);
  CHECK_FALSE(queue.is_slow(*j));
}

TEST_CASE("job queue: jobs of a group that took too long are spread over several groups") {
  job_queue queue(20ms);
  for (int n = 0; n < 8; ++n) {
    auto j = run_of(task_of(0ms), "");
    j->min_expected = 5ms;
    queue.push_back(std::move(j));
  }
  CHECK(queue.waiting().quick_groups == 3);
  CHECK(queue.take_group(true).size() == 3);
}

TEST_CASE("job queue: a quick job that is expected to take a slice stays quick, but alone") {
  job_queue queue(20ms);
  for (const auto* name : {"1", "2"}) {
    auto j = run_of(task_of(0ms), name);
    j->min_expected = 20ms;
    queue.push_back(std::move(j));
  }
  CHECK(queue.waiting().quick_groups == 2);
  CHECK(payloads(queue.take_group(false)) == list{"1"});
}

TEST_CASE("job queue: returned jobs go to the front in their order") {
  fixture f;
  f.add(0ms, "3");
  std::vector<job_ptr> returned;
  returned.push_back(run_of(task_of(0ms), "1"));
  returned.push_back(run_of(task_of(0ms), "2"));
  f.queue.push_front(std::move(returned));
  CHECK(f.take() == list{"1", "2", "3"});
}

TEST_CASE("job queue: tells when the first job expires and since when a quick one waits") {
  job_queue queue(25ms);
  CHECK(queue.waiting().next_expiry == loop_clock::time_point::max());
  CHECK(queue.waiting().quick_since == loop_clock::time_point::max());
  queue.push_back(run_of(task_of(30ms), "slow"));
  CHECK(queue.waiting().next_expiry == start + 2s);
  CHECK(queue.waiting().quick_since == loop_clock::time_point::max());
  auto later = run_of(task_of(0ms), "quick");
  later->submitted += 1s;
  queue.push_back(std::move(later));
  CHECK(queue.waiting().next_expiry == start + 2s);
  CHECK(queue.waiting().quick_since == start + 1s);
}

TEST_CASE("job queue: jobs of a task whose last worker is ending wait") {
  job_queue queue(25ms);
  const auto of = task_of(0ms);
  of->ending = 1;
  queue.push_back(run_of(of, "1"));
  CHECK(queue.take_group(true).empty());
  CHECK(queue.waiting().quick_groups + queue.waiting().slow_jobs == 0);
  CHECK(queue.waiting().next_expiry == start + 2s);
  of->max_ending = 2;
  CHECK(payloads(queue.take_group(true)) == list{"1"});
}

TEST_CASE("job queue: the jobs of a condition can be taken; the others keep their order") {
  fixture f;
  for (const auto* name : {"1", "2", "3", "4"}) f.add(0ms, name);
  CHECK(payloads(f.queue.take_if([](const job& j) { return j.payload == "2" || j.payload == "4"; })) == list{"2", "4"});
  CHECK(f.queue.take_if([](const job&) { return false; }).empty());
  CHECK(f.take() == list{"1", "3"});
}
