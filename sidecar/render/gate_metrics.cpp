// Writes the metrics of the gates.
#include "render/metric_families.hpp"

namespace telltale {

void write_gate_metrics(const snapshot& snap, metric_writer& out) {
  auto up = gauge_family("telltale_gate_up", "1 when the gate returns 200, 0 when it returns 503.");
  auto transitions =
      counter_family("telltale_gate_transitions_total", "Changes of the gate between 200 and 503 since the start.");
  for (const auto which : all_gates) {
    const auto& view = snap.of(which);
    add_value(up, {{"gate", to_string(which)}}, view.state.state == verdict::fail ? 0 : 1);
    add_value(transitions, {{"gate", to_string(which)}}, static_cast<double>(view.transitions));
  }
  out.add(up);
  out.add(transitions);
}

}  // namespace telltale
