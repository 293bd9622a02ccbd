// Formats the results of `telltale check`, as pure functions.
#pragma once

#include <string>
#include <vector>

#include "results/check_result.hpp"

namespace telltale {

using check_results = std::vector<check_result>;

/// Aligned columns, with coloured verdicts on request, followed by a summary line.
std::string results_table(const check_results&, bool color);
/// One line per check, as in the text of a gate.
std::string results_text(const check_results&);
/// {"verdict":…,"checks":[…]}.
std::string results_json(const check_results&);
/// JUnit XML for CI systems: every failing check is a failure, regardless of severity.
std::string results_junit(const check_results&);
/// One line with performance data, as monitoring plugins print it.
std::string results_nagios(const check_results&);

/// The verdict of a gate fed by all checks: a failing `degraded` check warns, `info` checks are ignored.
verdict overall(const check_results&);
int results_exit_code(const check_results&);
/// 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. UNKNOWN: nothing is critical, but a check could not be run.
int nagios_exit_code(const check_results&);
std::string_view nagios_word(int exit_code);

}  // namespace telltale
