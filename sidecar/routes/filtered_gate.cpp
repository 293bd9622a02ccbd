// A gate as it would be with some of its checks, for ?only=NAME and ?exclude=NAME.
#include "routes/filtered_gate.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "render/gate_listing.hpp"

namespace telltale {
namespace {

/// Names for looking up: of thousands of checks each is looked at once.
class name_set {
 public:
  explicit name_set(std::vector<std::string_view> names) : names_(std::move(names)) { std::ranges::sort(names_); }
  bool contains(std::string_view name) const { return std::ranges::binary_search(names_, name); }

 private:
  std::vector<std::string_view> names_;
};

// In the order of the configuration, which decides whose reason the gate gives.
std::vector<fed_status> fed_by(const snapshot& picture, gate which, const gate_filter& filter) {
  const name_set only(filter.only);
  const name_set excluded(filter.excluded);
  std::vector<fed_status> out;
  for (const auto& view : picture.checks) {
    const auto& settings = view->config->settings;
    const bool wanted = filter.only.empty() || only.contains(settings.name);
    if (settings.feeds(which) && wanted && !excluded.contains(settings.name))
      out.push_back({&view->status, settings.effective_severity(), settings.name});
  }
  return out;
}

}  // namespace

gate_state filtered_gate(const snapshot& picture, gate which, const gate_filter& filter, bool ready_without_checks) {
  gate_inputs in{.gate = which, .ready_without_checks = ready_without_checks, .draining = picture.draining};
  in.startup = startup_mode::latch;  // the picture was taken by the mode in force: a gate that has passed stays open
  in.startup_passed = picture.of(gate::startup).state.state != verdict::fail;
  const auto& as_taken = picture.of(which).state;
  const auto everything = fed_by(picture, which, {});
  in.fed = everything;
  // The picture does not carry the heartbeat. Where the checks alone do not make its verdict, something else did.
  if (evaluate_gate(in).state != as_taken.state) return as_taken;

  if (const auto unknown = list_gate(picture, which, filter).unknown_only; !unknown.empty())
    return {verdict::fail, reason::missing,
            fmt::format("no check of gate {} is named {}", to_string(which), short_list(unknown))};
  const auto rest = fed_by(picture, which, filter);
  in.fed = rest;
  in.ready_without_checks = ready_without_checks || (filter.only.empty() && has_a_say(everything));
  return evaluate_gate(in);
}

}  // namespace telltale
