// Declares the options of the prometheus check. No I/O.
#include "prometheus/options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "net/dial.hpp"

namespace telltale {
namespace prometheus {

std::vector<measurement_info> common_measurements() {
  auto out = net::dial_measurements();
  out.push_back({"reply_seconds", "Time until the first byte of the reply."});
  out.push_back({"body_seconds", "Time from the head of the reply to the end of the page."});
  out.push_back({"page_bytes", "Size of the page."});
  out.push_back({"samples", "Samples on the page."});
  out.push_back({"series", "Series that `values` select."});
  out.push_back({"counter_resets", "Counters of a rate that restarted from zero within its window."});
  return out;
}

}  // namespace prometheus

options_of<prometheus_options> prometheus_options::declared() {
  using self = prometheus_options;
  return options_of<self>()
      .required(
          "values", &self::values,
          "What to select from the page, and what it has to be. A key is a selector such as "
          "`queue_depth{queue=\"mail\",host=~\"a.*\"}`, alone or in `sum`, `max`, `min`, `avg`, `count` and `rate`, as "
          "in `sum(rate(errors_total))`; alone, each series has to comply. Its value is an expectation such as \"< "
          "100\", or options. `rate` is per second, with counter resets as in Prometheus.")
      .optional("max_page", &self::max_page, "Fail when the page is larger than this.")
      .optional(
          "rate_window", &self::rate_window,
          "Shortest time over which `rate` is measured, from 100ms to 10m; the longest is about twice as long, or "
          "interval. Until two pages are that far apart, a rate fails as `pending`.")
      .include(&self::request);
}

void prometheus_options::validate(source_location at, problems& errors) const {
  using std::chrono_literals::operator""ms;
  request.require_tls(at, errors);
  if (rate_window < 100ms || rate_window > std::chrono::minutes(10))
    errors.add(at, "rate_window: expected a duration from 100ms to 10m");
  const auto common = prometheus::common_measurements();
  for (const auto& each : values)
    if (std::ranges::find(common, each.measured_as, &measurement_info::name) != common.end())
      errors.add(at,
                 fmt::format("values: {} is a measurement of every check of this type; name the one of {} with `as`",
                             each.measured_as, raw_value::scalar(each.what.text).shown()));
}

}  // namespace telltale
