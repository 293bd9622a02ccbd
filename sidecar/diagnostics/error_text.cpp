// Formats problems as a compiler does.
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "config/config.hpp"
#include "diagnostics/error_text.hpp"
#include "diagnostics/masked_line.hpp"
#include "diagnostics/shown_line.hpp"
#include "yaml/guard.hpp"
#include "yaml/source_text.hpp"

namespace telltale {
namespace {

/// Finds lines to which a secret of an earlier line may continue: those of the same scalar, and all deeper ones,
/// because the quotes of an invalid text are not reliable.
class secret_lines {
 public:
  explicit secret_lines(const source_text& source) : source_(source) {
    problems known;
    for (const auto& range : yaml::guard_text(source, known).scalars)
      if (const auto first = source.at(range.begin).line, last = source.at(range.end).line; first != last)
        folded_.emplace_back(first, last);
  }

  bool contain(int number) const {
    for (const auto& [first, last] : folded_)
      if (first < number && number <= last && leaves_secret_open(source_.line(first))) return true;
    auto indent = indent_of(number);
    for (auto above = number - 1; above > 0 && indent > 0; --above) {
      if (indent_of(above) >= indent) continue;
      indent = indent_of(above);
      if (leaves_secret_open(source_.line(above))) return true;
    }
    return false;
  }

 private:
  /// The column of the text or of the first key of a line; npos for an empty line.
  std::size_t indent_of(int number) const {
    const auto line = source_.line(number);
    auto first = line.find_first_not_of(' ');
    while (first < line.size() && line.substr(first).starts_with("- ")) first = line.find_first_not_of(' ', first + 1);
    return first;
  }

  const source_text& source_;
  std::vector<std::pair<int, int>> folded_;
};

}  // namespace

std::string to_text(const config_errors& errors) {
  const auto name = printable(errors.source);
  const source_text source(errors.text);
  const secret_lines secrets(source);
  std::string out;
  // Problems are sorted by location. A line may have many, and may be a megabyte long.
  int masked_number = 0;
  std::string masked;
  for (const auto& problem : errors.list) {
    if (problem.at == source_location{}) {
      out += fmt::format("{}: {}\n", name, printable(problem.message));
      continue;
    }
    out += fmt::format("{}:{}:{}: {}\n", name, problem.at.line, problem.at.column, printable(problem.message));
    if (problem.at.line != masked_number) {
      masked_number = problem.at.line;
      const auto line = source.line(masked_number);
      masked = secrets.contain(masked_number) ? hidden_line(line) : masked_line(line);
    }
    const auto shown = shown_line(masked, problem.at.column);
    if (!shown.text.empty())
      out += fmt::format("{:>6} | {}\n{:>6} | {}^\n", problem.at.line, shown.text, "", std::string(shown.caret, ' '));
  }
  return out;
}

}  // namespace telltale
