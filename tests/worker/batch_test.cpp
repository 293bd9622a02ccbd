#include "worker/batch.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const loop_clock::time_point start{1000s};

std::vector<job> jobs(std::initializer_list<std::uint64_t> numbers) {
  std::vector<job> out;
  for (const auto number : numbers) {
    job j;
    j.number = number;
    j.timeout = 2s;
    out.push_back(std::move(j));
  }
  return out;
}

std::vector<std::uint64_t> numbers(const std::vector<job>& list) {
  std::vector<std::uint64_t> out;
  for (const auto& j : list) out.push_back(j.number);
  return out;
}

using list = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("batch: jobs are finished in order, and each begins when the one before ends") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK(b.current_since() == start);
  CHECK(b.has_rest());
  CHECK(b.finish(10, start + 5ms)->number == 10);
  CHECK(b.current_since() == start + 5ms);
  CHECK(b.deadline() == start + 2005ms);
  CHECK(b.slice_end() == start + 30ms);
  CHECK_FALSE(b.has_rest());
  CHECK(b.finish(11, start + 6ms)->number == 11);
  CHECK(b.empty());
}

TEST_CASE("batch: an answer to any job but the current one is refused") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK_FALSE(b.finish(11, start));
  CHECK(b.finish(10, start));
  CHECK_FALSE(b.finish(10, start));
  CHECK(b.finish(11, start));
  CHECK_FALSE(b.finish(11, start));
}

TEST_CASE("batch: the rest can be taken away, the current job stays") {
  batch b(1, jobs({10, 11, 12}), start, 25ms);
  CHECK(numbers(b.take_rest()) == list{11, 12});
  CHECK(b.take_rest().empty());
  CHECK(b.current().number == 10);
  CHECK(b.finish(10, start));
  CHECK(b.empty());
}

TEST_CASE("batch: a worker that yields gives back everything it still has") {
  batch b(1, jobs({10, 11, 12}), start, 25ms);
  CHECK(b.finish(10, start));
  CHECK(numbers(*b.yield()) == list{11, 12});
  CHECK(b.empty());
}

TEST_CASE("batch: a worker may not yield before its first answer, so jobs cannot go round for ever") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK_FALSE(b.yield());
  CHECK(b.current().number == 10);
}

TEST_CASE("batch: time the loop was away is given again, once for each job") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK(b.extend(500ms));
  CHECK(b.deadline() == start + 3s);  // 500 ms late, and 500 ms from then
  CHECK_FALSE(b.extend(500ms));
  CHECK(b.finish(10, start + 1s));
  CHECK(b.deadline() == start + 3s);
  CHECK(b.extend(1h));
  CHECK(b.deadline() == start + 3s + 1h + 2s);  // never longer than the timeout itself
}

TEST_CASE("batch: the worker yields after a slow job, or when quick ones add up") {
  CHECK_FALSE(worker_must_yield(start, start, start + 24ms, 25ms));
  CHECK(worker_must_yield(start, start, start + 25ms, 25ms));
  CHECK_FALSE(worker_must_yield(start + 80ms, start, start + 99ms, 25ms));
  CHECK(worker_must_yield(start + 80ms, start, start + 100ms, 25ms));
}

TEST_CASE("batch: a job that the program took away is never begun by the worker") {
  // Both halves of the rule over a grid of moments. The worker began its job at `since`; the program believes
  // `seen`, which is later; it looks at `look` and finds nothing; so the answer was sent after that, and the worker
  // asked the clock at `asked`, later still.
  for (auto seen = 0ms; seen <= 60ms; seen += 1ms)
    for (auto look = seen; look <= 120ms; look += 1ms)
      for (auto asked = look; asked <= 120ms; asked += 5ms) {
        batch b(1, jobs({10, 11, 12}), start, 25ms);
        b.finish(10, start + seen);
        const bool taken = start + look >= b.slice_end();
        if (taken) REQUIRE(worker_must_yield(start, start, start + asked, 25ms));
      }
}
