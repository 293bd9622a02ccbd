// Signals that come while the sidecar is still being built, or has done its work.
#pragma once

namespace telltale {

/// From here on SIGHUP and SIGTERM wait until somebody listens: SIGHUP must never be death, and as PID 1 a SIGTERM
/// without a handler would be lost. SIGINT stays as it is, for whoever types a configuration on standard input.
void hold_signals_back();

/// Delivers what was held back; to be called once handlers are in place.
void let_signals_come();

/// From here to the exit no such signal counts, SIGINT included: the handlers are about to go, and one more SIGTERM
/// after an orderly end must not turn exit code 0 into death by signal.
void hold_signals_for_good();

}  // namespace telltale
