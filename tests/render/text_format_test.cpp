#include <prometheus/text_serializer.h>

#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/metric_families.hpp"

using namespace telltale;

namespace {

std::string as_prometheus_cpp(const metric_families& families) {
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace

TEST_CASE("text format: equals the output of prometheus-cpp for a whole snapshot") {
  program_counters counters;
  counters.loop_lag.counts = {1, 2, 3};
  counters.loop_lag.counts.back() = 4;
  counters.loop_lag.sum = 3.5;
  counters.http_requests = {{{"/ready", 200}, 11}, {{"other", 404}, 1}};
  const auto snap = fakes::mixed_snapshot().take();
  metric_families families;
  metric_writer collected([&](const metric_families& one, bool continued) {
    if (!continued) families.push_back(one.front());
    else
      families.back().metric.insert(families.back().metric.end(), one.front().metric.begin(), one.front().metric.end());
  });
  write_all_metrics(*snap, counters, collected);
  CHECK(families.size() > 20);
  CHECK(to_text(families) == as_prometheus_cpp(families));
}

TEST_CASE("text format: labels and help with characters to escape") {
  metric_families families{gauge_family("a", "one \"two\" \\ three\nfour"), counter_family("b_total", "")};
  add_value(families[0], {{"path", "C:\\new \"x\"\nline"}, {"empty", ""}}, -1.5);
  add_value(families[1], {}, 0);
  CHECK(to_text(families) == as_prometheus_cpp(families));
}

TEST_CASE("text format: numbers of every size") {
  metric_families families{gauge_family("a", "help")};
  for (const double value :
       {0.0, 1.0, 0.1, 0.91, 1e-9, 123456.789, 1767323043.0, 4503599627370496.0, 1e16, 1e300, -2.5e-7})
    add_value(families[0], {}, value);
  CHECK(to_text(families) == as_prometheus_cpp(families));
}

TEST_CASE("text format: a number parses to the measured value") {
  metric_families families{gauge_family("a", "help")};
  add_value(families[0], {}, 0.1 + 0.2);
  CHECK(to_text(families).ends_with("a 0.30000000000000004\n"));
}
