// Implements `telltale validate`. Reading a configuration and its files has no side effects.
#include "commands/validate.hpp"

#include <fmt/format.h>

#include "app/named_files.hpp"
#include "diagnostics/error_text.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

std::string hint_text(const config& valid) {
  problems hints;
  for (const auto& hint : valid.hints) hints.add(hint.at, "hint: " + hint.message);
  return to_text(errors_of(valid, hints));
}

}  // namespace

command_result validate(const validate_command& asked, const check_table& table, const environment& variables) {
  command_result out;
  for (const auto& file : asked.files) {
    const auto loaded = load_config(file, table, variables);
    if (const auto* errors = std::get_if<config_errors>(&loaded)) {
      out.exit_code = exit_usage;
      out.err += to_text(*errors);
      continue;
    }
    const auto& valid = std::get<config>(loaded);
    out.err += hint_text(valid);
    if (asked.named_files) {
      const auto found = check_named_files(valid);
      out.err += to_text(errors_of(valid, found.refused)) + to_text(errors_of(valid, found.warnings));
      if (!found.refused.empty()) {
        out.exit_code = exit_usage;
        continue;
      }
    }
    out.out +=
        fmt::format("{}: ok ({} check{})\n", valid.source, valid.checks.size(), valid.checks.size() == 1 ? "" : "s");
  }
  return out;
}

}  // namespace telltale
