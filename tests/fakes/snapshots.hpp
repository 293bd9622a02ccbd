// Builds snapshots by hand, for tests of everything that renders or serves one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/gate_state.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale::fakes {

using namespace std::chrono_literals;

/// The time of every fake snapshot: 2026-01-02T03:04:05Z, 1000 s after boot.
inline constexpr std::chrono::system_clock::time_point wall_now{std::chrono::seconds(1767323045)};
inline constexpr boot_clock::time_point boot_now{1000s};

/// A check type of this name with the component of the real one, and nothing else.
inline const check_type& type_named(const std::string& name) {
  static std::map<std::string, check_type> types;
  auto& type = types[name];
  type.name = name;
  type.component = name == "sqlite" ? "datastore" : name == "disk" || name == "marker" ? "system" : "component";
  return type;
}

/// Collects checks and builds a snapshot whose gates follow from them by the real policy.
class snapshot_builder {
 public:
  /// A check feeding `ready`, whose latest run ended 2 s ago; the caller may change the view and its configuration.
  check_view& add(std::string name, std::string type, outcome found) {
    auto config = std::make_shared<check_config>();
    config->settings.name = std::move(name);
    config->type = &type_named(type);
    config->settings.type = std::move(type);
    auto view = std::make_shared<check_view>();
    view->status = next_status(initial_status(boot_now - 60s), std::move(found), {}, boot_now - 2s);
    view->last_run = wall_now - 2s;
    view->last_duration = 12ms;
    view->counters.runs = 7;
    view->config = config;
    configs_.push_back(std::move(config));
    views_.push_back(view);
    return *view;
  }

  check_view& add_pending(std::string name, std::string type) {
    auto& view = add(std::move(name), std::move(type), {});
    view.status = initial_status(boot_now - 1s);
    view.last_run = {};
    view.counters.runs = 0;
    return view;
  }

  /// The settings of the check added last.
  check_settings& settings() { return configs_.back()->settings; }
  check_config& config() { return *configs_.back(); }

  bool draining = false;
  bool startup_passed = false;
  startup_mode startup = startup_mode::follow;

  snapshot_ptr take() const {
    auto out = std::make_shared<snapshot>();
    out->checks.assign(views_.begin(), views_.end());
    out->draining = draining;
    out->taken = boot_now;
    out->valid_until = boot_now + 10s;
    out->wall = wall_now;
    out->started = wall_now - 60s;
    for (const auto which : all_gates) {
      const auto fed = out->fed_to(which);
      auto& gate = out->gates[static_cast<std::size_t>(which)];
      gate.state = evaluate_gate({which, fed, false, draining, startup, startup_passed, 0ns});
      gate.transitions = 1;
    }
    return out;
  }

 private:
  std::vector<std::shared_ptr<check_config>> configs_;
  std::vector<std::shared_ptr<check_view>> views_;
};

/// A source that always returns the same snapshot.
inline auto always(snapshot_ptr snap) {
  return [snap = std::move(snap)] { return snap; };
}

/// One check per state: db passes with measurements, disk fails, updates fails but only degrades, model is pending.
inline snapshot_builder mixed_snapshot() {
  snapshot_builder out;
  auto healthy = outcome::pass("12 pages");
  healthy.measurements = {{"wal_bytes", 4096}, {"writer_lock_held_seconds", 0.25}, {"readers", 2}};
  out.add("db", "sqlite", std::move(healthy));
  out.settings().gates = {gate::ready, gate::startup};
  out.settings().links = text_map{{"runbook", "https://example.org/db"}};
  auto full = outcome::fail(reason::threshold, "/data 91% used (limit 90%)");
  full.measurements = {{"used_ratio", 0.91}};
  out.add("disk", "disk", std::move(full)).counters.failures[reason::threshold] = 3;
  out.settings().description = "Where uploads go.";
  out.add("updates", "websocket", outcome::fail(reason::refused, "connection refused"));
  out.settings().severity = severity::degraded;
  out.add_pending("model", "marker");
  return out;
}

/// Texts that break careless printers: line breaks, quotes, markup, control characters, broken UTF-8, a NUL.
inline std::vector<std::string> hostile_texts() {
  using namespace std::string_literals;
  return {"two\nlines\r\n[+]forged ok",
          "quotes \" ' \\ \\n and </script><!--",
          "\xff\xfe broken \xc3",
          "\xed\xa0\x80 surrogate \xf8\x88\x80\x80\x80 overlong \xc0\xaf",
          "nul \0 inside"s,
          "\x1b[31m terminal \x7f \xc2\x85 \x9b",
          "{\"a\":1}, # HELP x\n# EOF\n",
          std::string(20'000, 'x'),
          std::string(7'000, '"'),
          ""};
}

}  // namespace telltale::fakes
