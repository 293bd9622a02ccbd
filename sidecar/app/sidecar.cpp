// Implements start, reload, drain and stop of the sidecar.
#include "app/sidecar.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <sys/resource.h>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include <telltale/version.hpp>
#include "app/named_files.hpp"
#include "app/working_loop.hpp"
#include "config/load_config.hpp"
#include "diagnostics/error_text.hpp"
#include "log/log.hpp"

namespace telltale {
namespace {

/// Raises the descriptor limit to its maximum, because connections are limited to half of it. Workers inherit none of
/// them.
void raise_descriptor_limit() {
  constexpr rlim_t enough = 65'536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough) return;
  limit.rlim_cur = std::min(limit.rlim_max, enough);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Addresses on the command line serve everything.
std::vector<listen_entry> listeners_of(const config& c, const serve_options& options) {
  if (options.listen.empty()) return c.server.listen;
  return {options.listen.begin(), options.listen.end()};
}

router::options router_options(const config& c, const std::vector<listen_entry>& listeners, problems& refused) {
  router::options out;
  out.metrics = c.server.metrics;
  for (const auto& entry : listeners) out.listeners.push_back(entry.serves);
  out.details = c.server.details;
  out.ready_without_checks = c.ready_without_checks;
  out.token = read_token(c, refused);
  return out;
}

bool same_files(const std::optional<tls_settings>& a, const std::optional<tls_settings>& b) {
  if (!a || !b) return !a && !b;
  return a->cert.text == b->cert.text && a->key.text == b->key.text;
}

/// Drops check options after the checks have been built.
void drop_options(config& c) {
  for (auto& check : c.checks) check.options.release_tree();
}

void log_hints(const config& c) {
  for (const auto& hint : c.hints)
    log(log_level::info, "hint: " + hint.message,
        {{"config", c.source}, {"line", static_cast<std::int64_t>(hint.at.line)}});
}

void log_change(const config& before, const config& after, const kept_checks& kept) {
  const auto going_on =
      static_cast<std::int64_t>(std::ranges::count_if(kept, [](const auto& from) { return from.has_value(); }));
  log(log_level::info, "reloaded",
      {{"config", after.source},
       {"checks", static_cast<std::int64_t>(after.checks.size())},
       {"kept", going_on},
       {"new", static_cast<std::int64_t>(after.checks.size()) - going_on},
       {"gone", static_cast<std::int64_t>(before.checks.size()) - going_on}});
}

}  // namespace

sidecar::sidecar(config conf, const serve_options& options)
    : config_(std::make_shared<config>(std::move(conf))),
      signals_(require_working(io_), SIGTERM, SIGINT, SIGHUP),
      drain_timer_(io_),
      shutdown_timer_(io_),
      runners_(make_runner_factory(io_)),
      board_(config_, boot_clock::now(), std::chrono::system_clock::now()),
      scheduler_(io_, *config_, *runners_, board_, refused_),
      options_(options),
      listeners_(listeners_of(*config_, options_)),
      tls_(config_->server.tls),
      router_(router_options(*config_, listeners_, refused_), [this] { return counters(); }),
      reloader_(
          io_, {options.config, installed_config_path, options.table, process_environment()}, *config_,
          [this](std::shared_ptr<config> next) { return reconfigure(std::move(next)); },
          make_config_reader(io_, config_read_limit, [table = options_.table](const config_file& file) {
            const auto read = parse_config(file.text, "", *table, process_environment());
            if (const auto* valid = std::get_if<config>(&read)) check_named_files(*valid);
          })) {
  raise_descriptor_limit();
  try {
    server_ = make_http_server(
        io_, [this](const request& r) { return answer(r); }, {}, tls_files_of(*config_));
  } catch (const tls_file_error& error) {
    add_tls_problem(*config_, error, refused_);
  }
  if (!refused_.empty()) throw std::runtime_error(to_text(errors_of(*config_, refused_)));
  drop_options(*config_);
  for (const auto& entry : listeners_) server_->listen(entry.address);
  board_.changed = [this] { evaluate_soon(); };
  reloader_.refused = [this] { router_.invalidate_metrics(); };
}

sidecar::~sidecar() = default;

void sidecar::run() {
  std::signal(SIGPIPE, SIG_IGN);
  log(log_level::info, "started",
      {{"version", version()},
       {"config", config_->source},
       {"checks", static_cast<std::int64_t>(config_->checks.size())}});
  log_hints(*config_);
  for (const auto& address : server_->addresses()) log(log_level::info, "listening", {{"address", address}});
  reaper_ = reap_orphans(io_);
  wait_for_signal();
  scheduler_.start();
  evaluate_soon();
  io_.run();
}

reply sidecar::answer(const request& r) {
  const auto now = boot_clock::now();
  auto out = router_.answer(r, [this, now] {
    scheduler_.detect_stall(now);
    return board_.snapshot_at(now);
  });
  ++requests_[{std::string(out.path_label), out.status}];
  return out;
}

program_counters sidecar::counters() const {
  auto requests = requests_;
  for (const auto& [status, count] : server_->refusals()) requests[{"malformed", status}] = count;
  return {runners_->counts(),     board_.loop_lag(),   board_.queue(),      std::move(requests),
          server_->connections(), log_lines_dropped(), reloader_.counters()};
}

/// Takes a snapshot once per loop iteration, after all status changes in it, so that gates are logged without requests.
void sidecar::evaluate_soon() {
  if (std::exchange(evaluating_, true)) return;
  boost::asio::post(io_, [this] {
    evaluating_ = false;
    const auto now = boot_clock::now();
    scheduler_.detect_stall(now);
    board_.snapshot_at(now);
  });
}

void sidecar::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    wait_for_signal();
    if (signal == SIGHUP) reload();
    else if (!std::exchange(draining_, true)) drain(signal);
    else finish("second signal: stopping without waiting");
  });
}

void sidecar::reload() {
  if (draining_) return log(log_level::info, "SIGHUP ignored: draining");
  log(log_level::info, "SIGHUP: reloading the configuration");
  reloader_.reload();
}

/// Everything that may fail comes first; from the scheduler on, nothing fails.
std::string sidecar::reconfigure(std::shared_ptr<config> next) try {
  problems refused;
  auto routes = router_options(*next, listeners_, refused);
  if (!refused.empty()) return to_text(errors_of(*next, refused));
  const auto kept = find_kept_checks(*config_, *next);
  scheduler_.change(*next, kept, refused);
  if (!refused.empty()) return to_text(errors_of(*next, refused));
  board_.change(next, kept, boot_clock::now());
  router_.change(std::move(routes));
  drop_options(*next);
  log_change(*config_, *next, kept);
  log_hints(*next);
  if (listeners_of(*next, options_) != listeners_ || !same_files(next->server.tls, tls_))
    log(log_level::warn, "server.listen and server.tls: changes require a restart");
  config_ = std::move(next);
  return {};
} catch (const std::exception& e) {
  return e.what();
}

void sidecar::drain(int signal) {
  reloader_.stop();
  log(log_level::info, "draining: ready now fails, still serving",
      {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"},
       {"drain_delay_ms", static_cast<std::int64_t>(config_->server.drain_delay.count())}});
  board_.drain();
  evaluate_soon();
  drain_timer_.expires_after(config_->server.drain_delay);
  drain_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) close_listeners();
  });
  shutdown_timer_.expires_after(config_->server.shutdown_timeout);
  shutdown_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) finish("shutdown_timeout has expired: stopping without waiting");
  });
}

void sidecar::close_listeners() {
  scheduler_.stop();
  server_->stop([this] { finish("stopped"); });
}

void sidecar::finish(const char* how) {
  log(log_level::info, how);
  scheduler_.stop();
  runners_->stop();
  io_.stop();
}

}  // namespace telltale
