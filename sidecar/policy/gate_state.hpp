// Evaluates a gate from the statuses of the checks that feed it, as one pure function.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/heartbeat.hpp"
#include "config/settings.hpp"
#include "policy/status.hpp"

namespace telltale {

/// A status and the configuration that applies to it.
struct fed_status {
  const status* value = nullptr;  ///< as of now, see `status_at`
  telltale::severity severity = severity::critical;
  std::string_view name = {};  ///< of the check, for the gate's message
  bool slow = false;           ///< `default_cadence::slow` of its type
};

struct gate_inputs {
  telltale::gate gate = gate::ready;
  std::span<const fed_status> fed;  ///< the checks that feed this gate, of any severity
  bool ready_without_checks = false;
  bool draining = false;
  startup_mode startup = startup_mode::follow;
  bool startup_passed = false;                ///< the startup gate passed at its latest evaluation
  std::chrono::nanoseconds heartbeat_age{0};  ///< since the latest loop iteration
};

struct gate_state {
  verdict state = verdict::fail;
  telltale::reason reason = reason::pending;
  std::string message;  ///< one sentence; empty when the gate passes
  friend bool operator==(const gate_state&, const gate_state&) = default;
};

/// Whether one of these can change the gate's state.
bool has_deciding_check(std::span<const fed_status>);

gate_state evaluate_gate(const gate_inputs&);

}  // namespace telltale
