// Logs each change of a check's status and of a gate; single runs are not logged.
#pragma once

#include "config/config.hpp"
#include "policy/gate_state.hpp"
#include "policy/status.hpp"

namespace telltale {

/// "db: pass -> fail locked: …". Failing checks that decide a gate are errors, others warnings.
void log_check_change(const check_config&, check_state before, const status& now, std::chrono::nanoseconds duration);

/// "ready: now failing: …".
void log_gate_change(gate, const gate_state& now);

}  // namespace telltale
