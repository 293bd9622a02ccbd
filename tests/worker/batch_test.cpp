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

TEST_CASE("batch: jobs finish in order, and each begins when the previous one ends") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK(b.current_since() == start);
  CHECK(b.has_rest());
  CHECK(b.finish(10, start + 5ms, start + 9ms)->number == 10);
  CHECK(b.current_since() == start + 5ms);
  CHECK(b.deadline() == start + 2005ms);
  CHECK(b.slice_end() == start + 30ms);
  CHECK_FALSE(b.has_rest());
  CHECK(b.finish(11, start + 6ms, start + 9ms)->number == 11);
  CHECK(b.empty());
}

TEST_CASE("batch: a job ends neither before it began nor in the future") {
  batch b(1, jobs({10, 11, 12, 13}), start, 25ms);
  CHECK(b.finish(10, start - 1h, start + 1ms));
  CHECK(b.current_since() == start);
  CHECK(b.finish(11, start + 1h, start + 2ms));
  CHECK(b.current_since() == start + 2ms);
  CHECK(b.finish(12, start, start + 1ms));  // even when the clock value is older than the reported end
  CHECK(b.current_since() == start + 2ms);
}

TEST_CASE("batch: a result for any job but the current one is refused") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK_FALSE(b.finish(11, start, start));
  CHECK(b.finish(10, start, start));
  CHECK_FALSE(b.finish(10, start, start));
  CHECK(b.finish(11, start, start));
  CHECK_FALSE(b.finish(11, start, start));
}

TEST_CASE("batch: jobs that have not begun can be taken back, begun jobs stay") {
  batch b(1, jobs({10, 11, 12, 13}), start, 25ms);
  CHECK(b.finish(10, start, start));
  CHECK(numbers(*b.take_unbegun(3)) == list{13});
  CHECK(b.take_unbegun(3)->empty());
  CHECK(b.current().number == 11);
  CHECK(b.finish(11, start, start));
  CHECK(numbers(*b.take_unbegun(2)) == list{12});  // the worker reported its end and began no further job
  CHECK(b.empty());
}

TEST_CASE("batch: an impossible number of begun jobs is refused") {
  batch b(1, jobs({10, 11, 12}), start, 25ms);
  CHECK_FALSE(b.take_unbegun(0));  // the first job has always begun
  CHECK(b.finish(10, start, start));
  CHECK_FALSE(b.take_unbegun(0));
  CHECK_FALSE(b.take_unbegun(4));
  CHECK(b.take_unbegun(3)->empty());
}

TEST_CASE("batch: time lost to a stalled loop extends the deadline once per job") {
  batch b(1, jobs({10, 11}), start, 25ms);
  CHECK(b.extend(500ms));
  CHECK(b.deadline() == start + 3s);  // 500 ms late, and 500 ms from then
  CHECK_FALSE(b.extend(500ms));
  CHECK(b.finish(10, start + 1s, start + 1s));
  CHECK(b.deadline() == start + 3s);
  CHECK(b.extend(1h));
  CHECK(b.deadline() == start + 3s + 1h + 2s);  // never longer than the timeout itself
}
