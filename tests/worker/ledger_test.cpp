#include "worker/ledger.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "worker/shared_ledger.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const ledger::time_point moment{1000s};

}  // namespace

TEST_CASE("ledger: runs are taken in order, the first without asking") {
  const auto shared = std::make_unique<ledger>();
  shared->open(5);
  CHECK_FALSE(shared->begin(5, 2, moment));
  CHECK(shared->begin(5, 1, moment));
  CHECK_FALSE(shared->begin(5, 1, moment));
  CHECK(shared->begin(5, 2, moment + 1s));
  CHECK(shared->began() == moment + 1s);
  CHECK_FALSE(shared->closed(5));
}

TEST_CASE("ledger: what is closed stays closed, and says how many have begun") {
  const auto shared = std::make_unique<ledger>();
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

TEST_CASE("ledger: a batch that is not the open one can neither be gone on with nor closed") {
  const auto shared = std::make_unique<ledger>();
  shared->open(5);
  CHECK_FALSE(shared->begin(4, 1, moment));
  CHECK(shared->close(4) == 0);
  CHECK_FALSE(shared->closed(4));
  CHECK_FALSE(shared->closed(5));
  CHECK(shared->begin(5, 1, moment));
}

TEST_CASE("ledger: what was written can be read piece by piece, until the next batch") {
  const auto shared = std::make_unique<ledger>();
  shared->open(1);
  CHECK(shared->written_since(0) == "");
  shared->write("one");
  shared->write("two");
  CHECK(shared->written_since(0) == "onetwo");
  CHECK(shared->written_since(3) == "two");
  CHECK_FALSE(shared->written_since(7));
  shared->open(2);
  CHECK(shared->written_since(0) == "");
}

TEST_CASE("ledger: there is room as long as the largest outcome fits, and nothing is written beyond the end") {
  const auto shared = std::make_unique<ledger>();
  shared->open(1);
  std::size_t written = 0;
  for (; shared->has_room(); ++written) shared->write(std::string(ledger::largest_outcome, 'x'));
  CHECK(written == ledger::outcome_bytes / ledger::largest_outcome);
  shared->write("more");
  CHECK(shared->written_since(0)->size() == ledger::outcome_bytes);
}

TEST_CASE("ledger: of two that want a run one gets it, whatever the moment") {
  const auto shared = std::make_unique<ledger>();
  constexpr std::size_t most = 1'000'000;  // so that a worker that nothing stops ends as well
  for (std::uint64_t batch = 1; batch <= 300; ++batch) {
    shared->open(batch);
    std::atomic<std::size_t> begun = 1;
    std::thread worker([&] {
      while (begun < most && shared->begin(batch, begun, moment)) ++begun;
    });
    while (begun < batch) {  // it is in the middle of it
    }
    const auto closed = shared->close(batch);
    worker.join();
    REQUIRE(closed == begun);
  }
}

TEST_CASE("ledger: both sides see the same memory, which neither can make shorter") {
  std::error_code ec;
  const auto made = make_shared_ledger(ec);
  REQUIRE_FALSE(ec);
  const auto there = map_ledger(made.descriptor);
  REQUIRE(there);
  made.here->open(9);
  CHECK(there->begin(9, 1, moment));
  there->write("found");
  CHECK(made.here->written_since(0) == "found");
  CHECK(made.here->close(9) == 2);
  CHECK_FALSE(there->begin(9, 2, moment));
  CHECK(::ftruncate(made.descriptor, 0) != 0);
  ::close(made.descriptor);
  CHECK(there->written_since(0) == "found");
}

TEST_CASE("ledger: a descriptor that is none of one is refused") {
  CHECK_FALSE(map_ledger(-1));
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  CHECK_FALSE(map_ledger(pipe_ends[0]));
  for (const int fd : pipe_ends) ::close(fd);
  const int empty = ::memfd_create("empty", MFD_CLOEXEC);
  CHECK_FALSE(map_ledger(empty));
  ::close(empty);
}
