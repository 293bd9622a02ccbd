// Renders the checks in detail as text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "render/check_line.hpp"
#include "render/measured.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

std::string_view sign(verdict state) { return state == verdict::pass ? "[+]" : state == verdict::warn ? "[!]" : "[-]"; }

// A gate's message contains names of checks.
std::string gate_lines(const snapshot& snap, details level) {
  std::string out;
  for (const auto which : all_gates) {
    const auto& state = snap.of(which).state;
    out += fmt::format("{}gate {} {}", sign(state.state), to_string(which), to_string(state.state));
    if (state.state != verdict::pass && level != details::none) out += ": " + printable(state.message);
    out += "\n";
  }
  return out;
}

std::string settings_line(const check_settings& settings) {
  std::vector<std::string_view> gates;
  for (const auto which : settings.gates) gates.push_back(to_string(which));
  return fmt::format("    type {}, gates {}, severity {}, scope {}, every {}, timeout {}\n", printable(settings.type),
                     fmt::join(gates, "+"), to_string(settings.effective_severity()), to_string(settings.scope),
                     to_text(settings.interval), to_text(settings.timeout));
}

std::string runs_line(const snapshot& snap, const check_view& view) {
  auto out = fmt::format("    {} since {}, {} runs", to_string(view.status.state),
                         rfc3339(snap.wall_time(view.status.since)), view.counters.runs);
  if (view.last_run.time_since_epoch().count() != 0)
    out += fmt::format(", last {} ({})", rfc3339(view.last_run), human_duration(view.last_duration));
  for (const auto& [reason, count] : view.counters.failures)
    out += fmt::format(", {} failed {}", count, to_string(reason));
  if (view.status.streak > 0)
    out += fmt::format(", {} against it in a row: {} {}", view.status.streak, to_string(view.status.last.verdict),
                       to_string(view.status.last.reason));
  return out + "\n";
}

std::string detail_lines(const check_view& view) {
  std::string out;
  for (const auto& [name, value] : shown_measurements(view)) out += fmt::format("    {} {}\n", printable(name), value);
  const auto& settings = view.config->settings;
  if (!settings.description->empty()) out += fmt::format("    {}\n", printable(*settings.description));
  for (const auto& [relation, address] : *settings.links)
    out += fmt::format("    {}: {}\n", printable(relation), printable(address));
  return out;
}

}  // namespace

std::string check_text(const snapshot& snap, const check_view& view, details level) {
  if (level == details::none) return {};
  auto out = check_line(view, level) + "\n" + settings_line(view.config->settings) + runs_line(snap, view);
  if (level == details::full) out += detail_lines(view);
  return out;
}

std::string checks_text(const snapshot& snap, details level) {
  auto out = gate_lines(snap, level);
  if (level == details::none) return out;
  for (const auto& view : snap.checks) out += "\n" + check_text(snap, *view, level);
  return out;
}

}  // namespace telltale
