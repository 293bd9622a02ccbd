// What the program knows of itself, as metrics.
#include "render/metric_families.hpp"

namespace telltale {
namespace {

void add_counter(std::string_view name, std::string_view help, std::uint64_t value, metric_families& out) {
  out.push_back(counter_family(name, help));
  add_value(out.back(), {}, static_cast<double>(value));
}

void add_workers(const worker_counts& workers, metric_families& out) {
  auto now =
      gauge_family("telltale_workers", "Worker processes by what they do; stuck ones were killed but cannot die.");
  add_value(now, {{"state", "busy"}}, static_cast<double>(workers.busy));
  add_value(now, {{"state", "idle"}}, static_cast<double>(workers.idle));
  add_value(now, {{"state", "stuck"}}, static_cast<double>(workers.stuck));
  out.push_back(std::move(now));
  add_counter("telltale_workers_started_total", "Worker processes started.", workers.started, out);
  add_counter("telltale_workers_crashed_total", "Worker processes that died by themselves.", workers.crashed, out);
  add_counter("telltale_workers_killed_total", "Worker processes killed for missing a deadline.", workers.killed, out);
}

void add_http(const program_counters& counters, metric_families& out) {
  auto requests = counter_family("telltale_http_requests_total", "Requests answered, by path and status code.");
  for (const auto& [key, count] : counters.http_requests)
    add_value(requests, {{"path", key.first}, {"code", std::to_string(key.second)}}, static_cast<double>(count));
  if (!requests.metric.empty()) out.push_back(std::move(requests));
  out.push_back(gauge_family("telltale_http_connections", "Open HTTP connections."));
  add_value(out.back(), {}, static_cast<double>(counters.http_connections));
}

void add_config(const config_counters& config, metric_families& out) {
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    out.push_back(gauge_family(name, help));
    add_value(out.back(), {}, value);
  };
  gauge("telltale_config_last_reload_successful", "1 when the configuration was taken as it was last read, else 0.",
        config.last_reload_successful ? 1 : 0);
  const std::chrono::duration<double> taken = config.last_reload.time_since_epoch();
  gauge("telltale_config_last_reload_timestamp_seconds", "When the configuration in force was taken, Unix time.",
        taken.count());
  gauge("telltale_config_hash", "A number that stands for the text of the configuration in force.",
        static_cast<double>(config.hash));
}

}  // namespace

void add_program_metrics(const program_counters& counters, metric_families& out) {
  add_workers(counters.workers, out);
  auto lag = histogram_family("telltale_event_loop_lag_seconds", "How late the program's only loop woke up.");
  add_histogram(lag, {}, counters.loop_lag);
  out.push_back(std::move(lag));
  add_http(counters, out);
  add_counter("telltale_log_lines_dropped_total", "Log lines lost because standard error would have blocked.",
              counters.log_lines_dropped, out);
  add_config(counters.config, out);
}

}  // namespace telltale
