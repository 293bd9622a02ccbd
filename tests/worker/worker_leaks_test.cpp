#include <doctest/doctest.h>

#include "pool_fixture.hpp"
#include "worker/worker_pool.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

// Four failures a round. A worker takes about a hundred times as long to start with a sanitizer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t rounds = 50;
#else
constexpr std::size_t rounds = 250;
#endif

}  // namespace

TEST_CASE("worker leaks: round after round of crashes and timeouts leaves no process and no descriptor") {
  const auto before = open_descriptors();
  {
    pool_fixture f;
    std::vector<worker_pool::task_id> bad;
    for (const auto* how : {"signal", "exit", "garbage", "hang"}) bad.push_back(f.pool->add(scripted(how, "7")));
    std::size_t failed = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<run_report> done;
      for (const auto id : bad) f.submit(id, id == bad.back() ? 20ms : 10s, done);
      REQUIRE(f.run_until([&] { return done.size() == 4; }));
      for (const auto& report : done) failed += report.outcome.verdict == verdict::fail;
    }
    CHECK(failed == 4 * rounds);
    CHECK(f.pool->counts().stuck == 0);
    f.pool->stop();
    CHECK(f.run_until([&] { return has_no_children(); }));
  }
  CHECK(open_descriptors() == before);
}
