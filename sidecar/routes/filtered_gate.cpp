// Implements gates over a selection of checks.
#include "routes/filtered_gate.hpp"

#include <string_view>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "render/gate_listing.hpp"

namespace telltale {
namespace {

std::vector<fed_status> selected(std::vector<fed_status> fed, const gate_filter& filter) {
  const std::unordered_set<std::string_view> only(filter.only.begin(), filter.only.end());
  const std::unordered_set<std::string_view> excluded(filter.excluded.begin(), filter.excluded.end());
  std::erase_if(fed, [&](const fed_status& one) {
    return excluded.contains(one.name) || (!only.empty() && !only.contains(one.name));
  });
  return fed;
}

}  // namespace

gate_state filtered_gate(const snapshot& snap, gate which, const gate_filter& filter, bool ready_without_checks) {
  gate_inputs in{.gate = which, .ready_without_checks = ready_without_checks, .draining = snap.draining};
  in.startup = startup_mode::latch;  // the snapshot applied the configured mode: a gate that has passed stays open
  in.startup_passed = snap.of(gate::startup).state.state != verdict::fail;
  const auto& as_taken = snap.of(which).state;
  const auto everything = snap.fed_to(which);
  in.fed = everything;
  // The snapshot has no heartbeat. A verdict that the checks do not explain has another cause and is kept.
  if (evaluate_gate(in).state != as_taken.state) return as_taken;

  if (const auto unknown = list_gate(snap, which, filter).unknown_only; !unknown.empty())
    return {verdict::fail, reason::missing,
            fmt::format("no check of gate {} is named {}", to_string(which), short_list(unknown))};
  const auto rest = selected(everything, filter);
  in.fed = rest;
  in.ready_without_checks = ready_without_checks || (filter.only.empty() && has_deciding_check(everything));
  return evaluate_gate(in);
}

}  // namespace telltale
