// Kills or crashes workers ten thousand times and checks that every failure is reported and nothing leaks.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "pool_fixture.hpp"
#include "worker/worker_pool.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

// Forty failures per round. With a sanitizer a worker takes about a hundred times as long to start.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t rounds = 5;
constexpr auto short_timeout = 2s;
#else
constexpr std::size_t rounds = 250;
constexpr auto short_timeout = 40ms;
#endif

struct death {
  std::string how;
  std::string arg;
  reason why = reason::crashed;
};

const std::vector<death> deaths{
    {"signal", std::to_string(SIGSTOP), reason::timeout},
    {"hang", "", reason::timeout},
    {"signal", std::to_string(SIGKILL)},
    {"signal", std::to_string(SIGSEGV)},
    {"signal", std::to_string(SIGBUS)},
    {"exit", "0"},
    {"garbage", ""},
    {"half_a_header", ""},
    {"huge_packet", ""},
    {"close_sockets", ""},
};

constexpr std::size_t copies = 4;
const std::size_t at_once = copies * deaths.size();
const death& kind(std::size_t i) { return deaths[i / copies]; }
std::chrono::milliseconds timeout_of(const death& d) { return d.why == reason::timeout ? short_timeout : 20s; }

}  // namespace

TEST_CASE("worker leaks: after ten thousand crashes and timeouts no process and no descriptor is left") {
  const auto before = open_descriptors();
  const auto began = std::chrono::steady_clock::now();
  {
    pool_fixture f;
    std::vector<worker_pool::task_id> bad;
    for (std::size_t i = 0; i < at_once; ++i) bad.push_back(f.pool->add(scripted(kind(i).how, kind(i).arg)));
    std::size_t most_descriptors = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<std::vector<run_report>> done(at_once);
      for (std::size_t i = 0; i < at_once; ++i) f.submit(bad[i], timeout_of(kind(i)), done[i]);
      REQUIRE(f.run_until([&] { return std::ranges::all_of(done, [](auto& each) { return each.size() == 1; }); }));
      for (std::size_t i = 0; i < at_once; ++i) {
        CAPTURE(kind(i).how);
        CAPTURE(done[i][0].outcome.message);
        REQUIRE(done[i][0].outcome.reason == kind(i).why);
      }
      most_descriptors = std::max(most_descriptors, open_descriptors());
    }
    const auto counts = f.pool->counts();
    // A batch with a protocol error costs a worker without a result, before its checks run alone.
    CHECK(counts.crashed >= rounds * at_once * 8 / 10);
    CHECK(counts.crashed <= rounds * at_once * 8 / 10 + at_once);
    // On a busy machine a run may time out before a worker is ready; nothing is killed then.
    CHECK(counts.killed > rounds);
    CHECK(counts.stuck == 0);
    CHECK(most_descriptors < before + 2 * worker_pool_options().max_workers + 20);
    f.pool->stop();
    CHECK(f.run_until([&] { return has_no_children(); }));
    const std::chrono::duration<double> record_duration = std::chrono::steady_clock::now() - began;
    MESSAGE(fmt::format("{} failures, {} workers started, {} crashed, {} killed, at most {} descriptors more, {:.1f} s",
                        rounds * at_once, counts.started, counts.crashed, counts.killed, most_descriptors - before,
                        record_duration.count()));
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("worker leaks: healthy checks continue beside failing ones") {
  pool_fixture f;
  std::vector<worker_pool::task_id> bad;
  for (const auto& each : deaths) bad.push_back(f.pool->add(scripted(each.how, each.arg)));
  const auto good = f.pool->add(scripted("ok"));
  for (int round = 0; round < 10; ++round) {
    std::vector<run_report> failed;
    std::vector<run_report> passed;
    for (std::size_t i = 0; i < deaths.size(); ++i) {
      f.submit(bad[i], timeout_of(deaths[i]), failed);
      f.submit(good, 20s, passed);
    }
    REQUIRE(f.run_until([&] { return failed.size() == deaths.size() && passed.size() == deaths.size(); }));
    for (const auto& report : passed) {
      CAPTURE(report.outcome.message);
      CHECK(report.outcome.verdict == verdict::pass);
    }
  }
}
