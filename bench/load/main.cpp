// Load generator of the benchmarks: asks one path over and over and prints what it took as one JSON object.
#include <sys/prctl.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "client.hpp"

namespace {

double percentile(std::vector<double>& values, double share) {
  const auto at = std::min(values.size() - 1, static_cast<std::size_t>(static_cast<double>(values.size()) * share));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace

int main(int argc, char** argv) {
  const auto asked = load::read_options(argc, argv);
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // sends requests of a fixed rate on time
  try {
    load::client client(asked);
    const auto begin = load::clock::now();
    client.run();
    const std::chrono::duration<double> took = load::clock::now() - begin;
    auto times = client.microseconds();
    std::printf(
        "{\"requests\": %zu, \"seconds\": %.6f, \"body_bytes\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f, "
        "\"max_us\": %.1f}\n",
        times.size(), took.count(), client.body_bytes(), percentile(times, 0.5), percentile(times, 0.99),
        percentile(times, 1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s %s\n", asked.path.c_str(), error.what());
    return 1;
  }
}
