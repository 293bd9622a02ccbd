#include <limits>

#include <doctest/doctest.h>

#include <telltale/version.hpp>
#include "fakes/exposition.hpp"
#include "fakes/snapshots.hpp"
#include "render/metric_writer.hpp"
#include "render/render.hpp"

using namespace telltale;
using fakes::read_exposition;

namespace {

program_counters some_counters() {
  program_counters out;
  out.workers = {1, 2, 3, 40, 5, 6};
  out.loop_lag.counts[3] = 8;
  out.loop_lag.counts.back() = 1;
  out.loop_lag.sum = 3.5;
  out.queue.counts = {0, 4};
  out.queue.counts.back() = 1;
  out.http_requests = {{{"/ready", 200}, 11}, {{"/ready", 503}, 2}, {{"other", 404}, 1}};
  out.http_connections = 4;
  out.log_lines_dropped = 12;
  return out;
}

// The lines of one metric without comments.
std::string lines_of(const std::string& text, const std::string& name) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at) + 1;
    const auto line = text.substr(at, end - at);
    if (line.starts_with(name + "{") || line.starts_with(name + " ")) out += line;
    at = end;
  }
  return out;
}

}  // namespace

TEST_CASE("metrics: the state of each check, series by series") {
  const auto text = metrics_text(*fakes::mixed_snapshot().take(), {});
  CHECK(lines_of(text, "telltale_check_up") ==
        "telltale_check_up{check=\"db\",check_type=\"sqlite\"} 1\n"
        "telltale_check_up{check=\"disk\",check_type=\"disk\"} 0\n"
        "telltale_check_up{check=\"updates\",check_type=\"websocket\"} 0\n"
        "telltale_check_up{check=\"model\",check_type=\"marker\"} 0\n");
  CHECK(lines_of(text, "telltale_check_reason") ==
        "telltale_check_reason{check=\"db\",reason=\"ok\"} 1\n"
        "telltale_check_reason{check=\"disk\",reason=\"threshold\"} 1\n"
        "telltale_check_reason{check=\"updates\",reason=\"refused\"} 1\n"
        "telltale_check_reason{check=\"model\",reason=\"pending\"} 1\n");
  CHECK(lines_of(text, "telltale_check_failures_total") ==
        "telltale_check_failures_total{check=\"db\"} 0\n"
        "telltale_check_failures_total{check=\"disk\"} 3\n"
        "telltale_check_failures_total{check=\"updates\"} 0\n"
        "telltale_check_failures_total{check=\"model\"} 0\n");
  CHECK(lines_of(text, "telltale_check_failure_reasons_total") ==
        "telltale_check_failure_reasons_total{check=\"disk\",reason=\"threshold\"} 3\n");
}

TEST_CASE("metrics: exactly one state of a check is 1") {
  const auto found = read_exposition(metrics_text(*fakes::mixed_snapshot().take(), {}));
  std::map<std::string, double> sums;
  for (const auto& one : found.samples)
    if (one.name == "telltale_check_state") sums[one.labels.at("check")] += one.value;
  CHECK(sums == std::map<std::string, double>{{"db", 1}, {"disk", 1}, {"updates", 1}, {"model", 1}});
  CHECK(found.value("telltale_check_state", {{"check", "model"}, {"state", "pending"}}) == 1);
}

TEST_CASE("metrics: a check that has never run has no time of its last run") {
  const auto found = read_exposition(metrics_text(*fakes::mixed_snapshot().take(), {}));
  CHECK(found.value("telltale_check_last_run_timestamp_seconds", {{"check", "db"}}) == 1767323043);
  CHECK_FALSE(found.value("telltale_check_last_run_timestamp_seconds", {{"check", "model"}}));
}

TEST_CASE("metrics: gates and the program's own metrics") {
  for (const bool openmetrics : {false, true}) {
    const auto snap = fakes::mixed_snapshot().take();
    const auto text = openmetrics ? metrics_openmetrics(*snap, some_counters()) : metrics_text(*snap, some_counters());
    const auto found = read_exposition(text, openmetrics);
    CHECK(found.value("telltale_gate_up", {{"gate", "ready"}}) == 0);
    CHECK(found.value("telltale_gate_up", {{"gate", "startup"}}) == 1);
    CHECK(found.value("telltale_gate_transitions_total", {{"gate", "live"}}) == 1);
    CHECK(found.value("telltale_build_info", {{"version", std::string(version())}}) == 1);
    CHECK(found.value("telltale_workers", {{"state", "idle"}}) == 1);
    CHECK(found.value("telltale_workers", {{"state", "busy"}}) == 2);
    CHECK(found.value("telltale_workers", {{"state", "stuck"}}) == 3);
    CHECK(found.value("telltale_workers_started_total") == 40);
    CHECK(found.value("telltale_workers_crashed_total") == 5);
    CHECK(found.value("telltale_workers_killed_total") == 6);
    CHECK(found.value("telltale_http_requests_total", {{"path", "/ready"}, {"code", "503"}}) == 2);
    CHECK(found.value("telltale_http_connections") == 4);
    CHECK(found.value("telltale_log_lines_dropped_total") == 12);
    CHECK(found.value("telltale_workers_queue_seconds_count") == 5);
    CHECK(found.value("telltale_workers_queue_seconds_bucket", {{"le", "2.5"}}) == 4);
    CHECK(found.value("telltale_event_loop_lag_seconds_count") == 9);
    CHECK(found.value("telltale_event_loop_lag_seconds_sum") == 3.5);
    CHECK(found.value("telltale_event_loop_lag_seconds_bucket", {{"le", "0.001"}}) == 8);
    CHECK(found.value("telltale_event_loop_lag_seconds_bucket", {{"le", openmetrics ? "1.0" : "1"}}) == 8);
  }
}

TEST_CASE("metrics: a family with more series than are written together is one family") {
  constexpr std::size_t count = 2 * metric_writer::part + 1;
  fakes::snapshot_builder snap;
  for (std::size_t i = 0; i < count; ++i) {
    auto found = outcome::pass("fine");
    found.measurements = {{"used_ratio", static_cast<double>(i)}};
    snap.add("c" + std::to_string(i), "disk", found);
  }
  for (const bool openmetrics : {false, true}) {
    const auto text = openmetrics ? metrics_openmetrics(*snap.take(), {}) : metrics_text(*snap.take(), {});
    const auto found = read_exposition(text, openmetrics);  // which rejects a second head
    std::map<std::string, std::size_t> series;
    for (const auto& one : found.samples) ++series[one.name];
    CHECK(series["telltale_check_up"] == count);
    CHECK(series["telltale_check_state"] == 4 * count);
    CHECK(series["telltale_check_duration_seconds_count"] == count);
    CHECK(series["telltale_disk_used_ratio"] == count);
    CHECK(found.value("telltale_disk_used_ratio", {{"check", "c" + std::to_string(count - 1)}}) == count - 1);
  }
}

TEST_CASE("metrics: the process reports what Prometheus' clients report") {
  const auto found = read_exposition(metrics_text(*fakes::mixed_snapshot().take(), {}));
  CHECK(found.value("process_cpu_seconds_total").value() > 0);
  CHECK(found.value("process_resident_memory_bytes").value() > 100'000);
  CHECK(found.value("process_open_fds").value() >= 3);
  CHECK(found.value("process_open_fds").value() < found.value("process_max_fds").value_or(HUGE_VAL));
  CHECK(found.value("process_threads").value() >= 1);
  CHECK(found.value("process_start_time_seconds") == 1767322985);
}

TEST_CASE("metrics: measurements are gauges with the documentation of their type") {
  const check_type disk{
      {.name = "disk", .measurements = {{"used_ratio", "Share in use, \"root\" \\ excluded.\nBy df."}}}};
  auto snap = fakes::mixed_snapshot();
  auto found = outcome::pass("fine");
  found.measurements = {{"used_ratio", 0.5}};
  snap.add("disk2", "disk", found);
  snap.config().type = &disk;
  auto& first = snap;  // both checks of the type share one family
  const auto text = metrics_text(*first.take(), {});
  const auto read = read_exposition(text);
  CHECK(read.value("telltale_disk_used_ratio", {{"check", "disk"}}) == 0.91);
  CHECK(read.value("telltale_disk_used_ratio", {{"check", "disk2"}}) == 0.5);
  CHECK(read.value("telltale_sqlite_wal_bytes", {{"check", "db"}}) == 4096);
  CHECK(read.helps.at("telltale_sqlite_wal_bytes") == "Measured by checks of type sqlite.");
}

TEST_CASE("metrics: HELP is escaped, because one line break in it would break the whole scrape") {
  const check_type disk{{.name = "disk", .measurements = {{"used_ratio", "Share \"in\" use \\ more.\nAnd a line."}}}};
  fakes::snapshot_builder snap;
  auto found = outcome::pass("fine");
  found.measurements = {{"used_ratio", 0.5}};
  snap.add("data", "disk", found);
  snap.config().type = &disk;
  const auto plain = read_exposition(metrics_text(*snap.take(), {}));
  CHECK(plain.helps.at("telltale_disk_used_ratio") == R"(Share "in" use \\ more.?And a line.)");
  const auto open = read_exposition(metrics_openmetrics(*snap.take(), {}), true);
  CHECK(open.helps.at("telltale_disk_used_ratio") == R"(Share \"in\" use \\ more.?And a line.)");
}

TEST_CASE("metrics: the result of a run is a number, also of a marker check with reason stale") {
  fakes::snapshot_builder snap;
  auto found = outcome::fail(reason::stale, "/m is 4 h old");
  found.measurements = {{"age_seconds", 14400}};
  snap.add("model", "marker", found);
  const auto read = read_exposition(metrics_text(*snap.take(), {}));
  CHECK(read.value("telltale_marker_age_seconds", {{"check", "model"}}) == 14400);
}

TEST_CASE("metrics: stale and pending checks leave a gap instead of an old number") {
  fakes::snapshot_builder snap;
  auto found = outcome::pass("fine");
  found.measurements = {{"used_ratio", 0.5}};
  auto& view = snap.add("data", "disk", found);
  view.status = status_at(view.status, {1, 1, std::chrono::seconds(1)}, fakes::boot_now);
  REQUIRE(view.status.reason == reason::stale);
  CHECK_FALSE(read_exposition(metrics_text(*snap.take(), {})).value("telltale_disk_used_ratio", {{"check", "data"}}));
}

TEST_CASE("metrics: a model that is still loading shows its progress") {
  fakes::snapshot_builder snap;
  auto found = outcome::fail(reason::pending, "loading 40%");
  found.measurements = {{"progress_ratio", 0.4}};
  snap.add("model", "marker", found);
  const auto read = read_exposition(metrics_text(*snap.take(), {}));
  CHECK(read.value("telltale_marker_progress_ratio", {{"check", "model"}}) == 0.4);
}

TEST_CASE("metrics: a measurement can neither use the name of a built-in metric nor appear twice") {
  fakes::snapshot_builder snap;
  auto found = outcome::pass("fine");
  found.measurements = {{"up", 7}, {"runs", 7}, {"duration_seconds_count", 7}, {"a b", 1}, {"a-b", 2}, {"a_b", 3}};
  snap.add("x", "check", found);
  const auto read = read_exposition(metrics_text(*snap.take(), {}));
  CHECK(read.value("telltale_check_up", {{"check", "x"}, {"check_type", "check"}}) == 1);
  CHECK(read.value("telltale_check_a_b", {{"check", "x"}}) == 1);
  CHECK(read.types.at("telltale_check_duration_seconds") == "histogram");
  read_exposition(metrics_openmetrics(*snap.take(), {}), true);
}

TEST_CASE("metrics: hostile text anywhere gives a valid exposition") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    const check_type type{{.name = hostile, .summary = hostile, .measurements = {{"n" + hostile, hostile}}}};
    fakes::snapshot_builder snap;
    auto found = outcome::fail(reason::protocol, hostile);
    found.measurements = {{"n" + hostile, 1}, {"nan", std::numeric_limits<double>::quiet_NaN()}};
    snap.add("check " + hostile, hostile, found);
    snap.config().type = &type;
    auto counters = some_counters();
    counters.http_requests[{hostile, 200}] = 1;
    const auto plain = read_exposition(metrics_text(*snap.take(), counters));
    const auto open = read_exposition(metrics_openmetrics(*snap.take(), counters), true);
    CHECK(plain.samples.size() == open.samples.size());
  }
}

TEST_CASE("metrics: an exposition without checks is complete") {
  const auto found = read_exposition(metrics_text(*fakes::snapshot_builder().take(), {}));
  CHECK_FALSE(found.types.contains("telltale_check_up"));
  CHECK(found.types.contains("telltale_gate_up"));
}

TEST_CASE("metrics: failures of a check are counted from 0, before it has run and in both formats") {
  fakes::snapshot_builder snap;
  snap.add_pending("new", "marker");
  const auto taken = snap.take();
  for (const auto& found :
       {read_exposition(metrics_text(*taken, {})), read_exposition(metrics_openmetrics(*taken, {}), true)}) {
    CHECK(found.value("telltale_check_runs_total", {{"check", "new"}}) == 0);
    CHECK(found.value("telltale_check_failures_total", {{"check", "new"}}) == 0);
  }
}

TEST_CASE("metrics: every failure reason that occurred is counted, as is their sum") {
  fakes::snapshot_builder snap;
  auto& view = snap.add("x", "disk", outcome::pass("fine"));
  view.counters.failures[reason::stuck] = 2;
  view.counters.failures[reason::timeout] = 5;
  const auto found = read_exposition(metrics_text(*snap.take(), {}));
  CHECK(found.value("telltale_check_failures_total", {{"check", "x"}}) == 7);
  CHECK(found.value("telltale_check_failure_reasons_total", {{"check", "x"}, {"reason", "stuck"}}) == 2);
  CHECK(found.value("telltale_check_failure_reasons_total", {{"check", "x"}, {"reason", "timeout"}}) == 5);
}
