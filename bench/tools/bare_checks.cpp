// Checks without scheduler, workers and records: their probes alone, at the pace at which telltale runs them.
//
//   bench_bare_checks TYPE COUNT SECONDS PATH...
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <telltale/check_type.hpp>

namespace telltale::checks {
check_type disk();
check_type marker();
check_type sqlite();
}  // namespace telltale::checks

namespace {

using namespace telltale;

// The scheduler's grid, and how many of its checks share a tick where there is a choice
// (sidecar/scheduler/timetable.hpp).
constexpr int ticks_per_second = 20;
constexpr int together = 64;

struct bare_check {
  std::unique_ptr<blocking_check> check;
  memory kept{};
};

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

check_type named(const std::string& name) {
  for (auto type : std::array{checks::disk(), checks::marker(), checks::sqlite()})
    if (type.name == name) return type;
  std::fprintf(stderr, "bench_bare_checks: no blocking check type %s\n", name.c_str());
  std::exit(2);
}

void run(bare_check& c) {
  const auto now = boot_clock::now();
  probe_context ctx{now, now + std::chrono::seconds(2), {}, c.kept};
  const auto found = c.check->probe(ctx);
  if (found.verdict == verdict::fail) {
    std::fprintf(stderr, "bench_bare_checks: %s\n", found.message.c_str());
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return std::fputs("usage: bench_bare_checks TYPE COUNT SECONDS PATH...\n", stderr), 2;
  const auto type = named(argv[1]);
  const int count = std::atoi(argv[2]);
  const int seconds = std::atoi(argv[3]);
  std::vector<bare_check> all;
  for (int i = 0; i < count; ++i) {
    const std::string path = argv[4 + i % (argc - 4)];
    all.push_back({type.make_blocking(raw_value::map({{"path", {}, raw_value::scalar(path)}}))});
  }
  for (auto& c : all) run(c);  // the first run of a check may differ from all others

  const int per_tick = std::max(count / ticks_per_second, std::min(count, together));
  const auto pause = std::chrono::nanoseconds(std::chrono::seconds(1)) * per_tick / count;
  const int ticks = seconds * count / per_tick;
  auto tick = std::chrono::steady_clock::now();
  std::size_t next = 0;
  const auto before = cpu_seconds();
  for (int t = 0; t < ticks; ++t) {
    for (int i = 0; i < per_tick; ++i) run(all[next++ % all.size()]);
    std::this_thread::sleep_until(tick += pause);
  }
  std::printf("%.3f\n", (cpu_seconds() - before) * 1e6 / (static_cast<double>(per_tick) * ticks));
}
