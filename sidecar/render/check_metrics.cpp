// Writes the metrics of each check.
#include "render/metric_families.hpp"

#include <array>

namespace telltale {
namespace {

std::string_view name_of(const check_view& view) { return view.config->settings.name; }

// Writes a family whose series `add` adds check by check.
template <class Add>
void each_check(const snapshot& snap, metric_family family, metric_writer& out, Add add) {
  for (const auto& view : snap.checks) {
    add(family, *view);
    out.add_if_many(family);
  }
  out.add(family);
}

void write_up(const snapshot& snap, metric_writer& out) {
  auto family = gauge_family("telltale_check_up", "1 when the check passes or warns; 0 when it fails or is pending.");
  each_check(snap, std::move(family), out, [](metric_family& up, const check_view& view) {
    const bool is_up = view.status.state == check_state::pass || view.status.state == check_state::warn;
    add_value(up, {{"check", name_of(view)}, {"check_type", view.config->settings.type}}, is_up ? 1 : 0);
  });
}

void write_state(const snapshot& snap, metric_writer& out) {
  constexpr std::array states{check_state::pending, check_state::pass, check_state::warn, check_state::fail};
  auto family = gauge_family("telltale_check_state", "1 for the current state of the check, 0 for the others.");
  each_check(snap, std::move(family), out, [&](metric_family& state, const check_view& view) {
    for (const auto one : states)
      add_value(state, {{"check", name_of(view)}, {"state", to_string(one)}}, view.status.state == one ? 1 : 0);
  });
}

void write_reason(const snapshot& snap, metric_writer& out) {
  auto family = gauge_family("telltale_check_reason", "1 for the reason of the current state; the others are absent.");
  each_check(snap, std::move(family), out, [](metric_family& why, const check_view& view) {
    add_value(why, {{"check", name_of(view)}, {"reason", to_string(view.status.reason)}}, 1);
  });
}

void write_runs(const snapshot& snap, metric_writer& out) {
  auto family = counter_family("telltale_check_runs_total", "Completed runs, with any result.");
  each_check(snap, std::move(family), out, [](metric_family& runs, const check_view& view) {
    add_value(runs, {{"check", name_of(view)}}, static_cast<double>(view.counters.runs));
  });
}

// Present from the first scrape: rate() and increase() would miss the first failure of a counter that appears with it.
void write_failures(const snapshot& snap, metric_writer& out) {
  auto family = counter_family("telltale_check_failures_total", "Runs with the verdict fail.");
  each_check(snap, std::move(family), out, [](metric_family& failures, const check_view& view) {
    double total = 0;
    for (const auto& [reason, count] : view.counters.failures) total += static_cast<double>(count);
    add_value(failures, {{"check", name_of(view)}}, total);
  });
}

// One series per reason that occurred: most reasons of every check would stay 0.
void write_failure_reasons(const snapshot& snap, metric_writer& out) {
  auto family = counter_family("telltale_check_failure_reasons_total",
                               "Runs with the verdict fail, by reason; a reason appears with its first failure.");
  each_check(snap, std::move(family), out, [](metric_family& failures, const check_view& view) {
    for (const auto& [reason, count] : view.counters.failures)
      add_value(failures, {{"check", name_of(view)}, {"reason", to_string(reason)}}, static_cast<double>(count));
  });
}

void write_last_run(const snapshot& snap, metric_writer& out) {
  auto family = gauge_family("telltale_check_last_run_timestamp_seconds", "End of the latest run, Unix time.");
  each_check(snap, std::move(family), out, [](metric_family& last, const check_view& view) {
    const std::chrono::duration<double> unix_time = view.last_run.time_since_epoch();
    if (unix_time.count() != 0) add_value(last, {{"check", name_of(view)}}, unix_time.count());
  });
}

void write_durations(const snapshot& snap, metric_writer& out) {
  auto duration =
      histogram_family("telltale_check_duration_seconds", "Duration of runs, without waiting for a worker.");
  each_check(snap, std::move(duration), out, [](metric_family& family, const check_view& view) {
    add_histogram(family, {{"check", name_of(view)}}, view.counters.duration);
  });
}

}  // namespace

void write_check_metrics(const snapshot& snap, metric_writer& out) {
  write_up(snap, out);
  write_state(snap, out);
  write_reason(snap, out);
  write_runs(snap, out);
  write_failures(snap, out);
  write_failure_reasons(snap, out);
  write_last_run(snap, out);
  write_durations(snap, out);
}

}  // namespace telltale
