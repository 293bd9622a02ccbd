// A gate as it would be without some of its checks, for ?exclude=NAME.
#include "routes/excluded_gate.hpp"

#include <algorithm>

#include "render/gate_listing.hpp"

namespace telltale {
namespace {

// In the order of the configuration, which decides whose reason the gate gives.
std::vector<fed_status> fed_by(const snapshot& picture, gate which, const std::vector<std::string_view>& excluded) {
  std::vector<fed_status> out;
  for (const auto& view : picture.checks) {
    const auto& settings = view->config->settings;
    if (settings.feeds(which) && !std::binary_search(excluded.begin(), excluded.end(), std::string_view(settings.name)))
      out.push_back({&view->status, settings.effective_severity(), settings.name});
  }
  return out;
}

}  // namespace

gate_state gate_without(const snapshot& picture, gate which, const std::vector<std::string_view>& excluded,
                        bool ready_without_checks) {
  gate_inputs in{.gate = which, .ready_without_checks = ready_without_checks, .draining = picture.draining};
  in.startup = startup_mode::latch;  // the picture was taken by the mode in force: a gate that has passed stays open
  in.startup_passed = picture.of(gate::startup).state.state != verdict::fail;
  const auto& as_taken = picture.of(which).state;
  const auto everything = fed_by(picture, which, {});
  in.fed = everything;
  // The picture does not carry the heartbeat. Where the checks alone do not make its verdict, something else did.
  if (evaluate_gate(in).state != as_taken.state) return as_taken;

  auto sorted = excluded;
  std::sort(sorted.begin(), sorted.end());
  const auto rest = fed_by(picture, which, sorted);
  in.fed = rest;
  in.ready_without_checks =
      ready_without_checks ||
      std::any_of(everything.begin(), everything.end(), [](const auto& fed) { return fed.severity != severity::info; });
  return evaluate_gate(in);
}

}  // namespace telltale
