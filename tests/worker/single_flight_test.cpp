#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <random>

#include <fmt/format.h>

#include "pool_fixture.hpp"
#include "worker/worker_pool.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

class trace_file {
 public:
  trace_file() {
    char name[] = "/tmp/telltale-trace-XXXXXX";
    const int fd = ::mkstemp(name);
    REQUIRE(fd >= 0);
    ::close(fd);
    path = name;
  }
  ~trace_file() { std::filesystem::remove(path); }
  trace_file(const trace_file&) = delete;
  trace_file& operator=(const trace_file&) = delete;

  /// Counts how often each run began.
  std::map<int, int> begun() const {
    std::map<int, int> out;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) ++out[std::stoi(line)];
    return out;
  }
  std::string path;
};

struct one_run {
  worker_pool::task_id id = 0;
  std::vector<run_report> completions;
};

// Mostly quick runs, some slow ones around the length of a slice, and a few that hang or crash. Protocol errors are
// excluded: such a worker may continue before it is killed, so its runs may begin twice.
worker_task random_task(unsigned dice, const std::string& number, unsigned ms, const std::string& file) {
  if (dice < 40) return scripted("trace", number, file);
  if (dice < 94) return scripted("trace_slow", fmt::format("{} {}", number, ms), file);
  if (dice < 97) return scripted("trace_crash", number, file);
  return scripted("trace_hang", number, file);
}

// Some timeouts are shorter than a slice.
std::chrono::milliseconds random_timeout(unsigned dice, std::mt19937& random) {
  if (dice >= 97) return 100ms;
  return random() % 20 == 0 ? std::chrono::milliseconds(2 + random() % 6) : 20s;
}

void submit_random(pool_fixture& f, std::mt19937& random, std::map<int, one_run>& runs, const std::string& file) {
  for (auto n = 1 + random() % 60; n > 0; --n) {
    const int number = static_cast<int>(runs.size());
    auto& run = runs[number];
    const auto dice = static_cast<unsigned>(random() % 100);
    run.id = f.pool->add(random_task(dice, std::to_string(number), static_cast<unsigned>(random() % 12), file));
    f.submit(run.id, random_timeout(dice, random), run.completions);
  }
}

}  // namespace

TEST_CASE("single flight: for any mix, each run completes once and begins at most once") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const trace_file trace;
    std::map<int, one_run> runs;
    auto options = test_options();
    options.slice = std::chrono::milliseconds(3 + random() % 6);
    options.max_workers = 2 + random() % 7;
    {
      pool_fixture f(options);
      for (int wave = 0; wave < 5; ++wave) {
        submit_random(f, random, runs, trace.path);
        f.run_until([] { return false; }, std::chrono::milliseconds(random() % 40));
      }
      const auto all_answered = [&] {
        return std::all_of(runs.begin(), runs.end(), [](const auto& r) { return !r.second.completions.empty(); });
      };
      CHECK(f.run_until(all_answered, 60s));
    }
    const auto begun = trace.begun();
    std::size_t passed = 0;
    for (const auto& [number, run] : runs) {
      CAPTURE(number);
      REQUIRE(run.completions.size() == 1);
      const auto& found = run.completions[0].outcome;
      CAPTURE(found.message);
      const int times = begun.contains(number) ? begun.at(number) : 0;
      CHECK(times <= 1);
      // Only a run that never got a worker may lack a trace.
      if (found.reason != reason::timeout) CHECK(times == 1);
      passed += found.verdict == verdict::pass;
    }
    CHECK(passed > runs.size() / 2);
  }
}
