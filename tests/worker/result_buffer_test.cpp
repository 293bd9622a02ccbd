#include "worker/result_buffer.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "worker/shared_result_buffer.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const result_buffer::time_point moment{1000s};

}  // namespace

TEST_CASE("result buffer: runs begin in order, the first without a call") {
  const auto shared = std::make_unique<result_buffer>();
  shared->open(5);
  CHECK_FALSE(shared->begin(5, 2, moment));
  CHECK(shared->begin(5, 1, moment));
  CHECK_FALSE(shared->begin(5, 1, moment));
  CHECK(shared->begin(5, 2, moment + 1s));
  CHECK(shared->began() == moment + 1s);
  CHECK_FALSE(shared->closed(5));
}

TEST_CASE("result buffer: a closed batch stays closed and reports how many runs have begun") {
  const auto shared = std::make_unique<result_buffer>();
  shared->open(5);
  CHECK(shared->begin(5, 1, moment));
  CHECK(shared->close(5) == 2);
  CHECK(shared->close(5) == 2);
  CHECK(shared->closed(5) == 2);
  CHECK_FALSE(shared->begin(5, 2, moment));
  shared->open(6);
  CHECK_FALSE(shared->closed(6));
  CHECK(shared->begin(6, 1, moment));
}

TEST_CASE("result buffer: a batch that is not open can be neither continued nor closed") {
  const auto shared = std::make_unique<result_buffer>();
  shared->open(5);
  CHECK_FALSE(shared->begin(4, 1, moment));
  CHECK(shared->close(4) == 0);
  CHECK_FALSE(shared->closed(4));
  CHECK_FALSE(shared->closed(5));
  CHECK(shared->begin(5, 1, moment));
}

TEST_CASE("result buffer: outcomes can be read incrementally until the next batch") {
  const auto shared = std::make_unique<result_buffer>();
  shared->open(1);
  CHECK(shared->results_since(0) == "");
  shared->write("one");
  shared->write("two");
  CHECK(shared->results_since(0) == "onetwo");
  CHECK(shared->results_since(3) == "two");
  CHECK_FALSE(shared->results_since(7));
  shared->open(2);
  CHECK(shared->results_since(0) == "");
}

TEST_CASE("result buffer: there is room while the largest outcome fits, and nothing is written beyond the end") {
  const auto shared = std::make_unique<result_buffer>();
  shared->open(1);
  std::size_t written = 0;
  for (; shared->has_room(); ++written) shared->write(std::string(result_buffer::largest_outcome, 'x'));
  CHECK(written == result_buffer::outcome_bytes / result_buffer::largest_outcome);
  shared->write("more");
  CHECK(shared->results_since(0)->size() == result_buffer::outcome_bytes);
}

TEST_CASE("result buffer: of two sides that race for a run, exactly one gets it") {
  const auto shared = std::make_unique<result_buffer>();
  constexpr std::size_t most = 1'000'000;  // bounds a worker that is never stopped
  for (std::uint64_t batch = 1; batch <= 300; ++batch) {
    shared->open(batch);
    std::atomic<std::size_t> begun = 1;
    std::thread worker([&] {
      while (begun < most && shared->begin(batch, begun, moment)) ++begun;
    });
    while (begun < batch) {  // waits until the worker is in the middle of the batch
    }
    const auto closed = shared->close(batch);
    worker.join();
    REQUIRE(closed == begun);
  }
}

TEST_CASE("result buffer: both sides map the same memory, and neither can shrink it") {
  std::error_code ec;
  const auto made = make_shared_result_buffer(ec);
  REQUIRE_FALSE(ec);
  const auto there = map_result_buffer(made.descriptor);
  REQUIRE(there);
  made.here->open(9);
  CHECK(there->begin(9, 1, moment));
  there->write("found");
  CHECK(made.here->results_since(0) == "found");
  CHECK(made.here->close(9) == 2);
  CHECK_FALSE(there->begin(9, 2, moment));
  CHECK(::ftruncate(made.descriptor, 0) != 0);
  ::close(made.descriptor);
  CHECK(there->results_since(0) == "found");
}

TEST_CASE("result buffer: a descriptor that is not a result buffer is refused") {
  CHECK_FALSE(map_result_buffer(-1));
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  CHECK_FALSE(map_result_buffer(pipe_ends[0]));
  for (const int fd : pipe_ends) ::close(fd);
  const int empty = ::memfd_create("empty", MFD_CLOEXEC);
  CHECK_FALSE(map_result_buffer(empty));
  ::close(empty);
}
