// Parses and evaluates the expected value of a query.
#include "sqlite/expectation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/words.hpp"

namespace telltale::sqlite {
namespace {

using relation = expectation::relation;

// Longer operators first: `>=` starts with `>`.
constexpr std::array<std::pair<std::string_view, relation>, 7> operators{{
    {"==", relation::equal},
    {"!=", relation::not_equal},
    {"<=", relation::less_equal},
    {">=", relation::greater_equal},
    {"<", relation::less},
    {">", relation::greater},
    {"=", relation::equal},
}};

template <class T>
bool compare(const T& actual, relation wanted, const T& value) {
  switch (wanted) {
    case relation::equal:
      return actual == value;
    case relation::not_equal:
      return actual != value;
    case relation::less:
      return actual < value;
    case relation::less_equal:
      return actual <= value;
    case relation::greater:
      return actual > value;
    case relation::greater_equal:
      return actual >= value;
  }
  return false;
}

constexpr std::string_view null_word = "NULL";

bool begins_like_operator(std::string_view text) {
  constexpr std::array<std::string_view, 7> signs{"=", "!", "<", ">", "\u2264", "\u2265", "\u2260"};
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

}  // namespace

std::optional<double> as_number(std::string_view text) {
  const auto value = number_in<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

bool expectation::holds(std::optional<std::string_view> actual) const {
  const bool ordered = wanted != relation::equal && wanted != relation::not_equal;
  if (!actual || value == null_word)
    return !ordered && (!actual == (value == null_word)) == (wanted == relation::equal);
  if (const auto left = number_in<std::int64_t>(*actual), right = number_in<std::int64_t>(value); left && right)
    return compare(*left, wanted, *right);
  const auto left = as_number(*actual);
  const auto right = as_number(value);
  if (left && right) return compare(*left, wanted, *right);
  if (ordered && (left || right)) return false;
  return compare(*actual, wanted, std::string_view(value));
}

std::optional<expectation> parse_expectation(std::string_view text) {
  expectation out;
  for (const auto& [word, wanted] : operators) {
    if (text.substr(0, word.size()) != word) continue;
    out.wanted = wanted;
    text.remove_prefix(word.size());
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    break;
  }
  if (text.empty() || begins_like_operator(text)) return std::nullopt;
  const bool ordered = out.wanted != relation::equal && out.wanted != relation::not_equal;
  if (ordered && !as_number(text) && begins_like_number(text) && !looks_like_date(text)) return std::nullopt;
  out.value = std::string(text);
  return out;
}

}  // namespace telltale::sqlite
