// Skips what may precede the first word of a statement.
#include "postgres/statement.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace telltale::postgres {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '('; }

/// Comments of SQL, `--` and the nested `/* */` (PostgreSQL manual, "Comments").
std::string_view without_comment(std::string_view text) {
  if (text.starts_with("--")) return text.substr(std::min(text.find('\n'), text.size()));
  int depth = 0;
  do {
    const bool opens = text.starts_with("/*"), closes = text.starts_with("*/");
    depth += opens ? 1 : closes ? -1 : 0;
    text.remove_prefix(std::min<std::size_t>(text.size(), opens || closes ? 2 : 1));
  } while (depth > 0 && !text.empty());
  return text;
}

}  // namespace

bool reads_only(std::string_view statement) {
  static constexpr std::array<std::string_view, 5> allowed{"select", "with", "values", "table", "show"};
  for (;;) {
    if (!statement.empty() && is_blank(statement.front())) statement.remove_prefix(1);
    else if (statement.starts_with("--") || statement.starts_with("/*")) statement = without_comment(statement);
    else break;
  }
  const auto end = std::ranges::find_if_not(statement, [](char c) { return is_letter_or_digit(c) || c == '_'; });
  const auto word = lower(statement.substr(0, static_cast<std::size_t>(end - statement.begin())));
  return statement.find('\0') == std::string_view::npos && std::ranges::find(allowed, word) != allowed.end();
}

}  // namespace telltale::postgres
