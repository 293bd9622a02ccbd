// Implements `telltale check`: selects checks, runs them and prints the results.
#include "commands/check.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "diagnostics/error_text.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

void keep_named(config& all, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return;
  std::vector<std::string_view> known;
  for (const auto& one : all.checks) known.push_back(one.settings.name);
  for (const auto& name : wanted) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw std::runtime_error(fmt::format("{} has no check '{}'{}", all.source, name, suggestion(name, known)));
  }
  std::erase_if(all.checks, [&](const check_config& one) {
    return std::find(wanted.begin(), wanted.end(), one.settings.name) == wanted.end();
  });
}

bool in_color(color_mode mode, const check_environment& world) {
  if (mode != color_mode::automatic) return mode == color_mode::always;
  const auto refused = world.variables("NO_COLOR");  // no-color.org: set and not empty
  return world.terminal && (!refused || refused->empty());
}

command_result shown(const check_results& results, const check_command& asked, const check_environment& world) {
  const int code = results_exit_code(results);
  switch (asked.format) {
    case result_format::table:
      return {code, results_table(results, in_color(asked.color, world)), ""};
    case result_format::json:
      return {code, results_json(results), ""};
    case result_format::text:
      return {code, results_text(results), ""};
    case result_format::junit:
      return {code, results_junit(results), ""};
    case result_format::nagios:
      return {nagios_exit_code(results), results_nagios(results), ""};
  }
  return {code, "", ""};
}

/// Monitoring systems read only standard output and have their own exit codes.
command_result refused(const check_command& asked, std::string text) {
  if (asked.format != result_format::nagios) return {exit_usage, "", std::move(text)};
  auto line = text.substr(0, text.find('\n'));
  std::replace(line.begin(), line.end(), '|', '/');
  constexpr int unknown = 3;
  return {unknown, fmt::format("TELLTALE UNKNOWN - {}\n", line), ""};
}

/// The lines of the checks that do not pass.
std::string reasons(check_results results) {
  std::erase_if(results, [](const auto& result) { return result.found.verdict == verdict::pass; });
  return results_text(results);
}

/// Every attempt runs all checks, so that the results printed are those of one moment.
check_results repeated_run(const std::function<check_results()>& run, std::chrono::milliseconds limit,
                           const check_environment& world) {
  constexpr std::chrono::milliseconds interval{1'000};
  check_results last;
  auto waiting = world.waiting;
  waiting.ask = [&](std::chrono::milliseconds) {
    last = run();
    return attempt{results_exit_code(last) == exit_ok, reasons(last)};
  };
  retry("passed", {limit, interval}, waiting);
  return last;
}

}  // namespace

command_result check(const check_command& asked, const check_table& table, const check_environment& world) {
  try {
    auto loaded = load_config(asked.config, table, world.variables);
    if (const auto* errors = std::get_if<config_errors>(&loaded)) return refused(asked, to_text(*errors));
    auto& chosen = std::get<config>(loaded);
    keep_named(chosen, asked.names);
    const auto run = world.prepare(chosen);
    const bool once = asked.limit.count() == 0;
    return shown(once ? run() : repeated_run(run, asked.limit, world), asked, world);
  } catch (const std::exception& error) {
    return refused(asked, fmt::format("telltale check: {}\n", error.what()));
  }
}

}  // namespace telltale
