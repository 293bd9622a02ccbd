// Computes the overall verdict, and formats results as text and as a table.
#include <algorithm>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "results/exit_code.hpp"
#include "results/results.hpp"
#include "results/text_table.hpp"

namespace telltale {
namespace {

verdict effective_verdict(const check_result& result) {
  if (result.found.verdict != verdict::fail) {
    return result.config.settings.effective_severity() == severity::info ? verdict::pass : result.found.verdict;
  }
  switch (result.config.settings.effective_severity()) {
    case severity::critical:
      return verdict::fail;
    case severity::degraded:
      return verdict::warn;
    case severity::info:
      return verdict::pass;
  }
  return verdict::fail;
}

std::string_view color_of(verdict v) {
  return v == verdict::pass ? "\x1B[32m" : v == verdict::warn ? "\x1B[33m" : "\x1B[31m";
}

std::string severity_note(const check_result& result) {
  const auto level = result.config.settings.effective_severity();
  const bool failing = result.found.verdict == verdict::fail;
  return failing && level != severity::critical ? fmt::format(" (severity {})", to_string(level)) : "";
}

std::string summary(const check_results& results) {
  auto count = [&](verdict v) {
    return std::count_if(results.begin(), results.end(), [&](const auto& result) { return result.found.verdict == v; });
  };
  return fmt::format("{} passed, {} warned, {} failed\n", count(verdict::pass), count(verdict::warn),
                     count(verdict::fail));
}

}  // namespace

verdict overall(const check_results& results) {
  auto out = verdict::pass;
  for (const auto& result : results) out = worst(out, effective_verdict(result));
  return out;
}

int results_exit_code(const check_results& results) {
  return overall(results) == verdict::fail ? exit_unhealthy : exit_ok;
}

std::string results_table(const check_results& results, bool color) {
  text_table table({"CHECK", "VERDICT", "REASON", "TIME", "MESSAGE"});
  for (const auto& result : results)
    table.row({result.config.settings.name, std::string(to_string(result.found.verdict)),
               std::string(to_string(result.found.reason)), human_duration(result.duration),
               result.found.message + severity_note(result)},
              color ? color_of(result.found.verdict) : "", color ? "\x1B[0m" : "", 1);
  return table.text() + summary(results);
}

std::string results_text(const check_results& results) {
  std::string out;
  for (const auto& result : results) {
    const auto name = printable(result.config.settings.name);
    if (result.found.verdict == verdict::pass) {
      out += fmt::format("[+]{} ok\n", name);
      continue;
    }
    out += fmt::format("{}{} {} {}: {}{}\n", result.found.verdict == verdict::warn ? "[!]" : "[-]", name,
                       to_string(result.found.verdict), to_string(result.found.reason), printable(result.found.message),
                       severity_note(result));
  }
  return out;
}

}  // namespace telltale
