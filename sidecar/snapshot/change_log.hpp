// Logs each change of a check's status and of a gate; single runs are not logged.
#pragma once

#include "config/config.hpp"
#include "policy/gate_state.hpp"
#include "policy/status.hpp"

namespace telltale {

/// "check db: pass -> fail", with reason and message as fields. Failing checks that decide a gate are errors, others
/// warnings.
void log_check_change(const check_config&, check_state before, const status& now, std::chrono::nanoseconds duration);

/// "gate ready: failing", with reason and message as fields.
void log_gate_change(gate, const gate_state& now);

}  // namespace telltale
