// Implements the evaluation of gates from the statuses of their checks.
#include "policy/gate_state.hpp"

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale {
namespace {

/// The verdict that one check requires of a gate it feeds.
verdict demand(const fed_status& fed, gate g) {
  if (fed.severity == severity::info) return verdict::pass;
  const bool degraded = fed.severity == severity::degraded;
  switch (fed.value->state) {
    case check_state::pass:
      return verdict::pass;
    case check_state::warn:
      return verdict::warn;
    case check_state::fail:
      return degraded ? verdict::warn : verdict::fail;
    // A pending check fails the gate, even a degraded one: its first result is at most one timeout away. A slow check,
    // which may take minutes, only warns until then. So does every check of the live gate, because a liveness probe
    // must not kill an application before its first check has run.
    case check_state::pending:
      return fed.slow || g == gate::live ? verdict::warn : verdict::fail;
  }
  return verdict::fail;
}

gate_state fail(reason why, std::string message) { return {verdict::fail, why, std::move(message)}; }

/// Formats "failing: db (locked), data (full) and 3 more" from the checks whose demand is `wanted`.
std::string sentence(const gate_inputs& in, verdict wanted) {
  constexpr std::size_t longest = 5;
  std::string out;
  std::size_t count = 0;
  for (const auto& fed : in.fed) {
    if (demand(fed, in.gate) != wanted || ++count > longest) continue;
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", fed.name, to_string(fed.value->reason));
  }
  if (count > longest) out += fmt::format(" and {} more", count - longest);
  return fmt::format("{}: {}", wanted == verdict::fail ? "failing" : "warning", out);
}

/// Aggregates the checks: the worst demand wins, and the first check with it gives the reason.
gate_state aggregate(const gate_inputs& in) {
  gate_state out{verdict::pass, reason::ok, {}};
  for (const auto& fed : in.fed)
    if (const auto wanted = demand(fed, in.gate); wanted > out.state) {
      out.state = wanted;
      out.reason = fed.value->reason;
    }
  if (out.state != verdict::pass) out.message = sentence(in, out.state);
  return out;
}

/// True when a run of a critical check found a failure. Missing and stale results are not failures of the target.
bool has_failed(std::span<const fed_status> fed) {
  for (const auto& f : fed)
    if (f.severity == severity::critical && f.value->state == check_state::fail && !f.value->outdated) return true;
  return false;
}

}  // namespace

bool has_deciding_check(std::span<const fed_status> fed) {
  for (const auto& f : fed)
    if (f.severity != severity::info) return true;
  return false;
}

gate_state evaluate_gate(const gate_inputs& in) {
  switch (in.gate) {
    case gate::ready:
      if (in.draining) return fail(reason::draining, "draining: the program is shutting down");
      if (!has_deciding_check(in.fed) && !in.ready_without_checks)
        return fail(reason::missing, "no check feeds this gate; configure one or set ready_without_checks: true");
      break;
    case gate::live:
      if (in.heartbeat_age >= heartbeat_limit)
        return fail(reason::stuck, fmt::format("the event loop stalled for {}", human_age(in.heartbeat_age)));
      break;
    case gate::startup:
      if (in.startup_passed && (in.startup == startup_mode::latch || !has_failed(in.fed)))
        return {verdict::pass, reason::ok, {}};
      break;
  }
  return aggregate(in);
}

}  // namespace telltale
