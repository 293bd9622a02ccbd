// What the program knows of each check, as metrics.
#include "render/metric_families.hpp"

#include <array>

namespace telltale {
namespace {

std::string_view name_of(const check_view& view) { return view.config->settings.name; }

// Writes a family that `add` gives series to, check by check.
template <class Add>
void each_check(const snapshot& picture, metric_family family, metric_writer& out, Add add) {
  for (const auto& view : picture.checks) {
    add(family, *view);
    out.add_if_many(family);
  }
  out.add(family);
}

void write_up(const snapshot& picture, metric_writer& out) {
  auto family = gauge_family("telltale_check_up", "1 when the check passes or warns; 0 when it fails or is not known.");
  each_check(picture, std::move(family), out, [](metric_family& up, const check_view& view) {
    const bool is_up = view.status.state == check_state::pass || view.status.state == check_state::warn;
    add_value(up, {{"check", name_of(view)}, {"check_type", view.config->settings.type}}, is_up ? 1 : 0);
  });
}

void write_state(const snapshot& picture, metric_writer& out) {
  constexpr std::array states{check_state::pending, check_state::pass, check_state::warn, check_state::fail};
  auto family = gauge_family("telltale_check_state", "1 for the state the check is in, 0 for the others.");
  each_check(picture, std::move(family), out, [&](metric_family& state, const check_view& view) {
    for (const auto one : states)
      add_value(state, {{"check", name_of(view)}, {"state", to_string(one)}}, view.status.state == one ? 1 : 0);
  });
}

void write_reason(const snapshot& picture, metric_writer& out) {
  auto family = gauge_family("telltale_check_reason", "1 for the reason of the current state; the others are absent.");
  each_check(picture, std::move(family), out, [](metric_family& why, const check_view& view) {
    add_value(why, {{"check", name_of(view)}, {"reason", to_string(view.status.reason)}}, 1);
  });
}

void write_runs(const snapshot& picture, metric_writer& out) {
  auto family = counter_family("telltale_check_runs_total", "Runs that have ended, whatever they found.");
  each_check(picture, std::move(family), out, [](metric_family& runs, const check_view& view) {
    add_value(runs, {{"check", name_of(view)}}, static_cast<double>(view.counters.runs));
  });
}

// There from the first scrape on: rate() and increase() miss the first failure of a counter that begins with it.
void write_failures(const snapshot& picture, metric_writer& out) {
  auto family = counter_family("telltale_check_failures_total", "Runs that found a failure.");
  each_check(picture, std::move(family), out, [](metric_family& failures, const check_view& view) {
    add_value(failures, {{"check", name_of(view)}}, static_cast<double>(view.counters.failures.total()));
  });
}

// Of all reasons of every check most would stay 0 for ever.
void write_failure_reasons(const snapshot& picture, metric_writer& out) {
  auto family = counter_family("telltale_check_failure_reasons_total",
                               "Runs that found a failure, by reason; a reason appears with its first failure.");
  each_check(picture, std::move(family), out, [](metric_family& failures, const check_view& view) {
    for (const auto& row : reason_table)
      if (const auto count = view.counters.failures.of(row.value); count > 0)
        add_value(failures, {{"check", name_of(view)}, {"reason", row.name}}, static_cast<double>(count));
  });
}

void write_last_run(const snapshot& picture, metric_writer& out) {
  auto family = gauge_family("telltale_check_last_run_timestamp_seconds", "When the newest run ended, Unix time.");
  each_check(picture, std::move(family), out, [](metric_family& last, const check_view& view) {
    const std::chrono::duration<double> unix_time = view.last_run.time_since_epoch();
    if (unix_time.count() != 0) add_value(last, {{"check", name_of(view)}}, unix_time.count());
  });
}

void write_durations(const snapshot& picture, metric_writer& out) {
  auto duration =
      histogram_family("telltale_check_duration_seconds", "How long runs took, without waiting for a worker.");
  each_check(picture, std::move(duration), out, [](metric_family& family, const check_view& view) {
    add_histogram(family, {{"check", name_of(view)}}, view.counters.duration);
  });
}

}  // namespace

void write_check_metrics(const snapshot& picture, metric_writer& out) {
  write_up(picture, out);
  write_state(picture, out);
  write_reason(picture, out);
  write_runs(picture, out);
  write_failures(picture, out);
  write_failure_reasons(picture, out);
  write_last_run(picture, out);
  write_durations(picture, out);
}

}  // namespace telltale
