// Writes the metrics of the program itself.
#include "render/metric_families.hpp"

namespace telltale {
namespace {

void write_workers(const worker_counts& workers, metric_writer& out) {
  auto now = gauge_family("telltale_workers", "Worker processes by state; stuck ones were killed but have not ended.");
  add_value(now, {{"state", "busy"}}, static_cast<double>(workers.busy));
  add_value(now, {{"state", "idle"}}, static_cast<double>(workers.idle));
  add_value(now, {{"state", "stuck"}}, static_cast<double>(workers.stuck));
  out.add(now);
  write_counter("telltale_workers_started_total", "Worker processes started.", static_cast<double>(workers.started),
                out);
  write_counter("telltale_workers_crashed_total", "Worker processes that ended unexpectedly.",
                static_cast<double>(workers.crashed), out);
  write_counter("telltale_workers_killed_total", "Worker processes killed for missing a deadline.",
                static_cast<double>(workers.killed), out);
}

void write_histogram(std::string_view name, std::string_view help, const histogram& times, metric_writer& out) {
  auto family = histogram_family(name, help);
  add_histogram(family, {}, times);
  out.add(family);
}

void write_http(const program_counters& counters, metric_writer& out) {
  auto requests = counter_family("telltale_http_requests_total", "HTTP requests by path and status code.");
  for (const auto& [key, count] : counters.http_requests)
    add_value(requests, {{"path", key.first}, {"code", std::to_string(key.second)}}, static_cast<double>(count));
  out.add(requests);
  write_gauge("telltale_http_connections", "Open HTTP connections.", static_cast<double>(counters.http_connections),
              out);
}

void write_config(const config_counters& config, metric_writer& out) {
  write_gauge("telltale_config_last_reload_successful",
              "1 when the latest reload of the configuration succeeded, else 0.", config.last_reload_successful ? 1 : 0,
              out);
  const std::chrono::duration<double> taken = config.last_reload.time_since_epoch();
  write_gauge("telltale_config_last_reload_timestamp_seconds", "When the current configuration was applied, Unix time.",
              taken.count(), out);
  write_gauge("telltale_config_hash", "Hash of the text of the current configuration.",
              static_cast<double>(config.hash), out);
}

}  // namespace

void write_program_metrics(const program_counters& counters, metric_writer& out) {
  write_workers(counters.workers, out);
  write_histogram("telltale_workers_queue_seconds", "Time that runs of blocking checks waited for a worker.",
                  counters.queue, out);
  write_histogram("telltale_event_loop_lag_seconds", "Delay of the event loop's wake-ups.", counters.loop_lag, out);
  write_http(counters, out);
  write_counter("telltale_log_lines_dropped_total", "Log lines dropped because the output would have blocked.",
                static_cast<double>(counters.log_lines_dropped), out);
  write_config(counters.config, out);
}

}  // namespace telltale
