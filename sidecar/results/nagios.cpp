// Formats results as one line of a monitoring plugin (Monitoring Plugins Development Guidelines, 2.6: performance
// data).
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "results/results.hpp"

namespace telltale {
namespace {

constexpr int ok = 0, warning = 1, critical = 2, unknown = 3;

/// `|` begins the performance data and cannot be escaped.
std::string plain(std::string_view text) {
  auto out = printable(text);
  for (char& c : out)
    if (c == '|') c = '/';
  return out;
}

/// Quotes a label with single quotes; `=` is not allowed, and a quote is doubled.
std::string label(std::string_view text) {
  std::string out = "'";
  for (char c : plain(text)) {
    if (c == '\'') out += '\'';
    out += c == '=' ? '_' : c;
  }
  return out + "'";
}

std::string number(double value) {
  auto text = fmt::format("{:.6f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string performance(std::string_view check, const measurement& found) {
  const std::string_view name = found.name;
  const auto* unit = name.ends_with("_bytes") ? "B" : name.ends_with("_seconds") ? "s" : "";
  const auto* range = name.ends_with("_ratio") ? ";;;0;1" : "";
  return fmt::format("{}={}{}{}", label(fmt::format("{}.{}", check, name)), number(found.value), unit, range);
}

std::string problem_summary(const check_results& results) {
  std::string out;
  for (const auto& result : results) {
    if (result.found.verdict == verdict::pass) continue;
    out += fmt::format("{}{} {} {}: {}", out.empty() ? "" : "; ", result.config.settings.name,
                       to_string(result.found.verdict), to_string(result.found.reason), result.found.message);
  }
  return out.empty() ? fmt::format("{} check{} passed", results.size(), results.size() == 1 ? "" : "s") : out;
}

}  // namespace

int nagios_exit_code(const check_results& results) {
  bool not_run = false;
  bool fails = false;
  for (const auto& result : results) {
    const bool counts =
        result.found.verdict == verdict::fail && result.config.settings.effective_severity() == severity::critical;
    // A timeout or an unknown name is a state of the target and CRITICAL; only an internal failure is UNKNOWN.
    (result.found.reason == reason::internal ? not_run : fails) |= counts;
  }
  if (fails) return critical;
  if (not_run) return unknown;
  return overall(results) == verdict::warn ? warning : ok;
}

std::string_view nagios_word(int exit_code) {
  static constexpr std::array<std::string_view, 4> words{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  return words[static_cast<std::size_t>(exit_code)];
}

std::string results_nagios(const check_results& results) {
  auto out = fmt::format("TELLTALE {} - {} |", nagios_word(nagios_exit_code(results)), plain(problem_summary(results)));
  for (const auto& result : results) {
    const auto& name = result.config.settings.name;
    out += " " + performance(name, {"duration_seconds", to_seconds(result.duration)});
    for (const auto& found : result.found.measurements)
      if (std::isfinite(found.value)) out += " " + performance(name, found);
  }
  return out + "\n";
}

}  // namespace telltale
