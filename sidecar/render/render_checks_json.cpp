// Renders the checks in detail as JSON. Options are omitted, because a path or URL may be a secret.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <telltale/version.hpp>
#include "base/time_text.hpp"
#include "render/json_text.hpp"
#include "render/measured.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

namespace json = boost::json;

bool has_run(const check_view& view) { return view.last_run.time_since_epoch().count() != 0; }

void add_settings(const check_settings& settings, details level, json::object& out) {
  json::array gates;
  for (const auto which : settings.gates) gates.emplace_back(json_view(to_string(which)));
  out["name"] = settings.name;
  out["type"] = settings.type;
  out["gates"] = std::move(gates);
  out["severity"] = json_view(to_string(settings.effective_severity()));
  out["scope"] = json_view(to_string(settings.scope));
  if (level == details::full && !settings.description->empty()) out["description"] = *settings.description;
}

void add_status(const snapshot& snap, const check_view& view, details level, json::object& out) {
  const auto& now = view.status;
  out["state"] = json_view(to_string(now.state));
  out["reason"] = json_view(to_string(now.reason));
  if (level == details::full) out["message"] = now.message;
  out["since"] = rfc3339(snap.wall_time(now.since));
  out["streak"] = now.streak;
}

// The latest run, which thresholds may not have applied to the state yet.
void add_last_run(const snapshot& snap, const check_view& view, details level, json::object& out) {
  if (!has_run(view)) return;
  const auto& last = view.status.last;
  json::object found;
  found["verdict"] = json_view(to_string(last.verdict));
  found["reason"] = json_view(to_string(last.reason));
  if (level == details::full) found["message"] = last.message;
  out["last_outcome"] = std::move(found);
  out["last_run"] = rfc3339(view.last_run);
  out["last_duration_seconds"] = json_number(to_seconds(view.last_duration));
  out["age_seconds"] = json_number(to_seconds(snap.taken - view.status.fresh_at));
}

json::object failures_by_reason(const check_counters& counters) {
  json::object out;
  for (const auto& [reason, count] : counters.failures) out[json_view(to_string(reason))] = count;
  return out;
}

json::object measurements_of(const check_view& view) {
  json::object out;
  for (const auto& [name, value] : shown_measurements(view)) out[json_view(name)] = json_number(value);
  return out;
}

void add_cadence(const check_settings& settings, json::object& out) {
  out["interval_seconds"] = json_number(to_seconds(settings.interval));
  out["failing_interval_seconds"] = json_number(to_seconds(settings.effective_failing_interval()));
  out["timeout_seconds"] = json_number(to_seconds(settings.timeout));
  out["max_age_seconds"] = json_number(to_seconds(settings.effective_max_age()));
  out["rise"] = settings.rise;
  out["fall"] = settings.fall;
}

json::object check_object(const snapshot& snap, const check_view& view, details level) {
  const auto& settings = view.config->settings;
  json::object out;
  add_settings(settings, level, out);
  add_status(snap, view, level, out);
  add_last_run(snap, view, level, out);
  out["runs"] = view.counters.runs;
  out["failures"] = failures_by_reason(view.counters);
  if (level == details::full) {
    out["measurements"] = measurements_of(view);
    json::object links;
    for (const auto& [relation, address] : *settings.links) links[relation] = address;
    if (!links.empty()) out["links"] = std::move(links);
  }
  add_cadence(settings, out);
  return out;
}

// A gate's message contains names of checks.
json::object gates_object(const snapshot& snap, details level) {
  json::object out;
  for (const auto which : all_gates) {
    const auto& view = snap.of(which);
    json::object one;
    one["status"] = json_view(to_string(view.state.state));
    one["reason"] = json_view(to_string(view.state.reason));
    if (view.state.state != verdict::pass && level != details::none) one["message"] = view.state.message;
    one["transitions"] = view.transitions;
    out[json_view(to_string(which))] = std::move(one);
  }
  return out;
}

}  // namespace

std::string checks_json(const snapshot& snap, details level) {
  json::object out;
  out["releaseId"] = json_view(version());
  out["taken"] = rfc3339(snap.wall);
  out["started"] = rfc3339(snap.started);
  out["draining"] = snap.draining;
  out["gates"] = gates_object(snap, level);
  auto body = json_text(out);
  if (level == details::none) return body + "\n";
  // Serialised check by check: the objects of thousands would take far more memory than their text.
  body.back() = ',';
  body += "\"checks\":[";
  for (const auto& view : snap.checks) {
    if (body.back() != '[') body += ',';
    body += json_text(check_object(snap, *view, level));
  }
  return body + "]}\n";
}

std::string check_json(const snapshot& snap, const check_view& view, details level) {
  if (level == details::none) return "{}\n";
  return json_text(check_object(snap, view, level)) + "\n";
}

}  // namespace telltale
