// Parses expectations, and says how to mend one that is not valid.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/words.hpp"
#include "expect/expectation.hpp"
#include "expect/operators.hpp"

namespace telltale {
namespace {

using spelling = std::pair<std::string_view, std::string_view>;

// Longer spellings first.
constexpr std::array<spelling, 9> misspelt{{{"=>", ">="},
                                            {"=<", "<="},
                                            {"<>", "!="},
                                            {"=~", "~ PATTERN, with a blank"},
                                            {"!~", "!~ PATTERN, with a blank"},
                                            {"!", "!="},
                                            {"\u2264", "<="},
                                            {"\u2265", ">="},
                                            {"\u2260", "!="}}};

bool begins_like_operator(std::string_view text) {
  constexpr std::array<std::string_view, 8> signs{"=", "!", "<", ">", "~ ", "\u2264", "\u2265", "\u2260"};
  return std::ranges::any_of(signs, [&](std::string_view sign) { return text.starts_with(sign); });
}

bool begins_like_number(std::string_view text) {
  const auto digit = text.find_first_not_of("+-.");
  return digit != std::string_view::npos && text[digit] >= '0' && text[digit] <= '9';
}

bool looks_like_date(std::string_view text) {
  return text.find_first_of("-:", 1) != std::string_view::npos &&
         text.find_first_not_of("0123456789-:.TZ+ ") == std::string_view::npos;
}

/// Removes the operator and the blanks behind it.
expectation::relation take_operator(std::string_view& text) {
  for (const auto& [word, wanted] : operators) {
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return wanted;
  }
  return expectation::relation::equal;
}

std::string mend_of_operator(std::string_view whole) {
  for (const auto& [wrong, right] : misspelt)
    if (whole.starts_with(wrong)) return fmt::format("the operator is written {}", right);
  return "the operators are == != < <= > >= ~ !~, and a text that begins like one is written as a pattern";
}

std::string mend_of_value(std::string_view whole, const expectation& read) {
  if (read.value.empty()) return "a value is missing";
  if (begins_like_operator(read.value)) return mend_of_operator(whole);
  if (read.is_ordered() && !finite_number_in(read.value) && begins_like_number(read.value) &&
      !looks_like_date(read.value))
    return "an order needs a number without a unit or separators, a date or a text";
  return {};
}

}  // namespace

std::optional<expectation> parse_expectation(std::string_view text, std::string& mend) {
  auto rest = text;
  expectation out;
  out.wanted = take_operator(rest);
  out.value = std::string(rest);
  const bool pattern_wanted =
      out.wanted == expectation::relation::match || out.wanted == expectation::relation::no_match;
  if (pattern_wanted && !rest.empty()) {
    std::string part;
    out.compiled = pattern::compile(rest, mend, part);
    if (!out.compiled) mend = "RE2 does not accept the pattern: " + mend;
    return out.compiled ? std::optional(std::move(out)) : std::nullopt;
  }
  mend = mend_of_value(text, out);
  return mend.empty() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<expectation> parse_expectation(std::string_view text) {
  std::string ignored;
  return parse_expectation(text, ignored);
}

std::optional<expectation> option_traits<expectation>::parse(const raw_value& value, std::string_view option,
                                                             problems& errors) {
  const auto* text = detail::scalar_text(value, option, "text", errors);
  if (!text) return std::nullopt;
  std::string mend;
  auto out = parse_expectation(*text, mend);
  if (!out)
    errors.add(value.at, fmt::format("{}: expected a value, or an operator and a value as in \"< 100\", not {} - {}",
                                     option, value.shown(), mend));
  return out;
}

}  // namespace telltale
