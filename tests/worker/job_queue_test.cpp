#include "worker/job_queue.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const loop_clock::time_point start{1000s};

std::shared_ptr<task> task_of(std::chrono::nanoseconds span) {
  auto out = std::make_shared<task>();
  out->record_overrun(span);
  return out;
}

job run_of(std::shared_ptr<task> of, std::uint64_t number, std::size_t bytes = 24) {
  job j;
  j.number = number;
  j.task = std::move(of);
  j.timeout = 2s;
  j.submitted = start;
  j.wire_size = bytes;
  return j;
}

job lookup(std::uint64_t number) {
  job j;
  j.name = std::make_unique<lookup_request>();
  j.number = number;
  j.timeout = 2s;
  j.submitted = start;
  return j;
}

using list = std::vector<std::uint64_t>;
list numbers(const std::vector<job>& jobs) {
  list out;
  for (const auto& j : jobs) out.push_back(j.number);
  return out;
}

}  // namespace

TEST_CASE("job queue: quick jobs share a batch, in order") {
  job_queue queue(25ms, 1000);
  for (std::uint64_t n = 1; n <= 3; ++n) queue.push_back(run_of(task_of(1ms), n));
  CHECK(queue.quick_batches() == 1);
  CHECK(numbers(queue.take(true)) == list{1, 2, 3});
  CHECK(queue.empty());
}

TEST_CASE("job queue: the size of a batch is limited, and one worker suffices for many quick jobs") {
  job_queue queue(25ms, 100'000);
  for (std::uint64_t n = 0; n <= 2 * max_in_batch; ++n) queue.push_back(run_of(task_of(1us), n));
  CHECK(queue.quick_batches() == 1);
  CHECK(queue.take(true).size() == max_in_batch);
  const auto second = queue.take(true);
  CHECK(second.size() == max_in_batch);
  CHECK(second.front().number == max_in_batch);
  CHECK(numbers(queue.take(true)) == list{2 * max_in_batch});
}

TEST_CASE("job queue: a batch ends before its jobs would take a slice together") {
  job_queue queue(25ms, 1000);
  for (std::uint64_t n = 1; n <= 5; ++n) queue.push_back(run_of(task_of(10ms), n));
  CHECK(queue.quick_batches() == 3);
  CHECK(numbers(queue.take(true)) == list{1, 2});
  CHECK(numbers(queue.take(true)) == list{3, 4});
  CHECK(numbers(queue.take(true)) == list{5});
}

TEST_CASE("job queue: a batch ends before its message gets too long, and one job always fits") {
  job_queue queue(25ms, 100);
  for (std::uint64_t n = 1; n <= 3; ++n) queue.push_back(run_of(task_of(0ms), n, n == 1 ? 200 : 60));
  CHECK(queue.quick_batches() == 3);
  CHECK(numbers(queue.take(true)) == list{1});
  CHECK(numbers(queue.take(true)) == list{2});
  CHECK(numbers(queue.take(true)) == list{3});
}

TEST_CASE("job queue: slow jobs and lookups get their own batch, behind quick jobs and only when allowed") {
  job_queue queue(25ms, 1000);
  queue.push_back(run_of(task_of(25ms), 1));
  queue.push_back(lookup(2));
  queue.push_back(run_of(task_of(1ms), 3));
  CHECK(queue.slow_batches() == 2);
  CHECK(numbers(queue.take(true)) == list{3});
  CHECK(queue.take(false).empty());
  CHECK(numbers(queue.take(true)) == list{1});
  CHECK(numbers(queue.take(true)) == list{2});
}

TEST_CASE("job queue: one slow run does not make a task slow, two do") {
  job_queue queue(25ms, 1000);
  const auto of = task_of(0ms);
  of->record_duration(1s);
  CHECK_FALSE(queue.is_slow(run_of(of, 1)));
  of->record_duration(1s);
  CHECK(queue.is_slow(run_of(of, 1)));
  of->record_duration(1ms);
  CHECK_FALSE(queue.is_slow(run_of(of, 1)));
}

TEST_CASE("job queue: jobs of a batch that took too long are spread over several batches") {
  job_queue queue(20ms, 1000);
  for (std::uint64_t n = 1; n <= 8; ++n) {
    auto j = run_of(task_of(0ms), n);
    j.min_expected = 5ms;
    queue.push_back(std::move(j));
  }
  CHECK(queue.quick_batches() == 3);
  CHECK(queue.take(true).size() == 3);
}

TEST_CASE("job queue: returned jobs go to the front in their order") {
  job_queue queue(25ms, 1000);
  queue.push_back(run_of(task_of(0ms), 3));
  std::vector<job> returned;
  returned.push_back(run_of(task_of(0ms), 1));
  returned.push_back(run_of(task_of(0ms), 2));
  queue.push_front(std::move(returned));
  CHECK(numbers(queue.take(true)) == list{1, 2, 3});
}

TEST_CASE("job queue: jobs expire when they have waited as long as their timeout") {
  job_queue queue(25ms, 1000);
  CHECK(queue.next_expiry() == loop_clock::time_point::max());
  queue.push_back(run_of(task_of(0ms), 1));
  auto later = run_of(task_of(30ms), 2);
  later.submitted += 1s;
  queue.push_back(std::move(later));
  CHECK(queue.next_expiry() == start + 2s);
  CHECK(queue.take_expired(start + 1999ms).empty());
  CHECK(numbers(queue.take_expired(start + 2s)) == list{1});
  CHECK(numbers(queue.take_expired(start + 3s)) == list{2});
}

TEST_CASE("job queue: jobs of a task whose last worker is dying are held") {
  job_queue queue(25ms, 1000);
  const auto of = task_of(0ms);
  of->dying = 1;
  queue.push_back(run_of(of, 1));
  CHECK(queue.take(true).empty());
  CHECK(queue.quick_batches() + queue.slow_batches() == 0);
  CHECK(queue.next_expiry() == start + 2s);
  of->dying = 0;
  queue.release(*of);
  CHECK(numbers(queue.take(true)) == list{1});
}

TEST_CASE("job queue: all jobs of one task, or of all tasks, can be taken") {
  job_queue queue(25ms, 1000);
  const auto of = task_of(0ms);
  queue.push_back(run_of(of, 1));
  queue.push_back(run_of(task_of(0ms), 2));
  queue.push_back(lookup(3));
  CHECK(numbers(queue.take_task(*of)) == list{1});
  CHECK(numbers(queue.take_all()) == list{2, 3});
  CHECK(queue.empty());
}
