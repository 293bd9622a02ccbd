// What `telltale check` found, in each of its formats: pure functions.
#pragma once

#include <string>
#include <vector>

#include "results/check_result.hpp"

namespace telltale {

using check_results = std::vector<check_result>;

/// Aligned columns; verdicts in colour when asked for. Ends with a line that sums up.
std::string results_table(const check_results&, bool color);
/// One line a check, in the same words as the gates of the sidecar.
std::string results_text(const check_results&);
/// {"verdict":…,"checks":[…]}.
std::string results_json(const check_results&);
/// JUnit XML as CI systems read it: every check that fails is a failure, whatever its severity.
std::string results_junit(const check_results&);
/// One line with performance data, as monitoring plugins print it.
std::string results_nagios(const check_results&);

/// The verdict over all, as a gate fed by all of them would see it: a failing `degraded` check warns, `info` is
/// nothing.
verdict overall(const check_results&);
/// 1 when `overall` fails, else 0.
int results_exit_code(const check_results&);
/// 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. UNKNOWN: nothing is critical, but a check could not be run.
int nagios_exit_code(const check_results&);
/// "OK", "WARNING", "CRITICAL" or "UNKNOWN".
std::string_view nagios_word(int exit_code);

}  // namespace telltale
