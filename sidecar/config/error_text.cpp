// Problems the way a compiler prints them.
#include <algorithm>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "config/config.hpp"
#include "config/masked_line.hpp"
#include "config/shown_line.hpp"
#include "config/source_text.hpp"

namespace telltale {

std::string to_text(const config_errors& errors) {
  const auto name = printable(errors.source);
  const source_text source(errors.text);
  std::string out;
  // Problems come in order of place, often many to a line, and a line may be a megabyte.
  int masked_number = 0;
  std::string masked;
  for (const auto& problem : errors.list) {
    if (problem.at == place{}) {
      out += fmt::format("{}: {}\n", name, printable(problem.message));
      continue;
    }
    out += fmt::format("{}:{}:{}: {}\n", name, problem.at.line, problem.at.column, printable(problem.message));
    if (problem.at.line != masked_number) {
      masked_number = problem.at.line;
      masked = masked_line(source.line(masked_number));
    }
    const auto shown = shown_line(masked, problem.at.column);
    if (!shown.text.empty())
      out += fmt::format("{:>6} | {}\n{:>6} | {}^\n", problem.at.line, shown.text, "", std::string(shown.caret, ' '));
  }
  return out;
}

}  // namespace telltale
