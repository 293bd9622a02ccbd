// Finds the component that determines a report's status.
#include "http/health_report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json/value.hpp>

#include "base/ascii.hpp"
#include "base/words.hpp"
#include "expect/json_text.hpp"

namespace telltale::web {
namespace {

namespace json = boost::json;
using status_t = health_report::status_t;

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_output = 160;

/// The text of a member, or empty.
std::string_view text_of(const json::object& object, json::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

/// Section 3.1: "ok", "up", "error" and "down" are synonyms, in any case.
std::optional<status_t> status_of(const json::object& object) {
  const auto word = lower(text_of(object, "status"));
  if (word == "pass" || word == "ok" || word == "up") return status_t::pass;
  if (word == "warn") return status_t::warn;
  if (word == "fail" || word == "error" || word == "down") return status_t::fail;
  return std::nullopt;
}

struct named_components {
  std::string first;  ///< "component 'redis' fails: connection refused"
  int others = 0;

  void add(std::string_view key, const json::object& component, status_t status, const secret_list& secrets) {
    if (!first.empty()) return void(++others);
    const auto name = key.substr(0, key.find(':'));  // section 4: "name:measurement"
    first = fmt::format("component '{}' {}", shown_peer_text(name, secrets, longest_name),
                        status == status_t::fail ? "fails" : "warns");
    const auto output = shown_peer_text(text_of(component, "output"), secrets, longest_output);
    if (!output.empty()) first += ": " + output;
  }
  std::string text() const { return others == 0 ? first : fmt::format("{}, and {} more", first, others); }
};

/// The components of this status. Each key has a list of objects, or, in many implementations, one object.
std::string components_of(const json::object& root, status_t status, const secret_list& secrets) {
  named_components out;
  const auto* checks = root.if_contains("checks");
  if (!checks || !checks->is_object()) return "";
  const auto take = [&](std::string_view key, const json::value& value) {
    const auto* component = value.if_object();
    if (component && status_of(*component) == status) out.add(key, *component, status, secrets);
  };
  for (const auto& [key, value] : checks->get_object()) {
    const std::string_view name(key.data(), key.size());
    if (const auto* list = value.if_array())
      for (const auto& each : *list) take(name, each);
    else take(name, value);
  }
  return out.text();
}

}  // namespace

bool is_health_report(const net::reply_head& head) {
  auto type = head.value("Content-Type").value_or("");
  return equal_ignoring_case(trimmed(take_until(type, ';')), "application/health+json");
}

std::optional<health_report> parse_health_report(std::string_view body, const secret_list& secrets) {
  std::string why;
  const auto parsed = parse_json(body, why);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const auto& root = parsed->get_object();
  const auto status = status_of(root);
  if (!status) return std::nullopt;
  health_report out{*status, ""};
  if (*status != status_t::pass) out.sentence = components_of(root, *status, secrets);
  if (out.sentence.empty()) out.sentence = shown_peer_text(text_of(root, "output"), secrets, longest_output);
  return out;
}

}  // namespace telltale::web
