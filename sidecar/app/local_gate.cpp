// Implements the gate over the sidecar's parts.
#include "app/local_gate.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "app/named_files.hpp"
#include "app/permanent_failure.hpp"
#include "app/working_loop.hpp"
#include "base/children.hpp"
#include "diagnostics/error_text.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

constexpr std::chrono::milliseconds shutdown_limit{1'000};

std::shared_ptr<const config> feeding(config all, gate g) {
  std::erase_if(all.checks, [g](const check_config& one) { return !one.settings.feeds(g); });
  if (all.checks.empty())
    throw std::runtime_error(fmt::format("no check in {} feeds the gate {}", all.source, to_string(g)));
  return std::make_shared<const config>(std::move(all));
}

bool is_undecided(const std::shared_ptr<const check_view>& view) { return view->status.state == check_state::pending; }

/// Some gates pass before a check has run: `live`, and those of slow checks. To wait for nothing is not what is wanted:
/// every check has to have a result, except for slow ones beside others.
bool lacks_results(const snapshot& now) {
  const auto is_slow = [](const auto& view) { return view->config->type->cadence.slow; };
  const bool all_slow = std::ranges::all_of(now.checks, is_slow);
  return std::ranges::any_of(now.checks,
                             [&](const auto& view) { return is_undecided(view) && (all_slow || !is_slow(view)); });
}

/// "no result yet: db (type tcp, timeout 10s)", with a line break; empty when every check has one.
std::string undecided_line(const snapshot& now) {
  std::string out;
  for (const auto& view : now.checks) {
    if (!is_undecided(view)) continue;
    const auto& of = view->config->settings;
    out += fmt::format("{}{} (type {}, timeout {})", out.empty() ? "no result yet: " : ", ", of.name, of.type,
                       to_text(of.timeout));
  }
  return out.empty() ? out : out + '\n';
}

bool is_permanent_failure(const check_view& view, boot_clock::time_point now) {
  const auto& found = view.status;
  return found.state == check_state::fail && view.config->settings.effective_severity() == severity::critical &&
         is_permanent(found.reason, now - found.since);
}

}  // namespace

local_gate::local_gate(config all, gate g)
    : config_(feeding(std::move(all), g)),
      gate_(g),
      runners_(make_runner_factory(require_working(io_))),
      board_(config_, boot_clock::now(), std::chrono::system_clock::now()),
      scheduler_(io_, *config_, *runners_, board_, refused_) {
  if (!refused_.empty()) throw std::runtime_error(to_text(errors_of(*config_, refused_)));
  board_.changed = [this] { io_.stop(); };
  scheduler_.start();
}

local_gate::~local_gate() {
  scheduler_.stop();
  workers_.ids = registered_children();
}

local_gate::awaited_workers::~awaited_workers() { await_children(ids, shutdown_limit); }

local_gate::answer local_gate::ask(std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto now = look();
    const auto& state = now->of(gate_).state;
    answer out{state.state != verdict::fail && !lacks_results(*now), false,
               gate_text(*now, gate_, state, details::full, {})};
    out.text += undecided_line(*now);
    out.permanent =
        std::ranges::any_of(now->checks, [&](const auto& view) { return is_permanent_failure(*view, now->taken); });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const bool complete = std::ranges::none_of(now->checks, is_undecided);
    if (complete || out.passes || out.permanent || left.count() <= 0) return out;
    run_for(left);
  }
}

void local_gate::run_for(std::chrono::milliseconds pause) {
  io_.restart();
  io_.run_for(pause);
}

snapshot_ptr local_gate::look() {
  const auto now = boot_clock::now();
  scheduler_.detect_stall(now);
  return board_.snapshot_at(now);
}

}  // namespace telltale
