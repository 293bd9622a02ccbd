// Implements gates over a selection of checks.
#include "routes/filtered_gate.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "render/gate_listing.hpp"

namespace telltale {
namespace {

/// A set of names: each of thousands of checks is looked up once.
class name_set {
 public:
  explicit name_set(std::vector<std::string_view> names) : names_(std::move(names)) { std::ranges::sort(names_); }
  bool contains(std::string_view name) const { return std::ranges::binary_search(names_, name); }

 private:
  std::vector<std::string_view> names_;
};

// In configuration order, which decides whose reason the gate reports.
std::vector<fed_status> fed_by(const snapshot& snap, gate which, const gate_filter& filter) {
  const name_set only(filter.only);
  const name_set excluded(filter.excluded);
  std::vector<fed_status> out;
  for (const auto& view : snap.checks) {
    const auto& settings = view->config->settings;
    const bool wanted = filter.only.empty() || only.contains(settings.name);
    if (settings.feeds(which) && wanted && !excluded.contains(settings.name))
      out.push_back({&view->status, settings.effective_severity(), settings.name, view->config->type->cadence.slow});
  }
  return out;
}

}  // namespace

gate_state filtered_gate(const snapshot& snap, gate which, const gate_filter& filter, bool ready_without_checks) {
  gate_inputs in{.gate = which, .ready_without_checks = ready_without_checks, .draining = snap.draining};
  in.startup = startup_mode::latch;  // the snapshot applied the configured mode: a gate that has passed stays open
  in.startup_passed = snap.of(gate::startup).state.state != verdict::fail;
  const auto& as_taken = snap.of(which).state;
  const auto everything = fed_by(snap, which, {});
  in.fed = everything;
  // The snapshot has no heartbeat. A verdict that the checks do not explain has another cause and is kept.
  if (evaluate_gate(in).state != as_taken.state) return as_taken;

  if (const auto unknown = list_gate(snap, which, filter).unknown_only; !unknown.empty())
    return {verdict::fail, reason::missing,
            fmt::format("no check of gate {} is named {}", to_string(which), short_list(unknown))};
  const auto rest = fed_by(snap, which, filter);
  in.fed = rest;
  in.ready_without_checks = ready_without_checks || (filter.only.empty() && has_deciding_check(everything));
  return evaluate_gate(in);
}

}  // namespace telltale
