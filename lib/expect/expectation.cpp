// Compares values with expectations, and words the result.
#include "expect/expectation.hpp"

#include <algorithm>
#include <compare>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "base/words.hpp"
#include "expect/operators.hpp"

namespace telltale {
namespace {

using relation = expectation::relation;

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
    default:
      return false;
  }
}

constexpr std::string_view null_word = "NULL";

/// A whole number of any length. A double does not tell 2^53 from 2^53 + 1, nor 64 bits those beyond them.
struct whole_number {
  bool negative = false;
  std::string_view digits;  ///< without leading zeros

  std::strong_ordering operator<=>(const whole_number& other) const {
    if (negative != other.negative) return other.negative <=> negative;
    const auto& [smaller, larger] = negative ? std::pair(other.digits, digits) : std::pair(digits, other.digits);
    return smaller.size() != larger.size() ? smaller.size() <=> larger.size() : smaller <=> larger;
  }
  bool operator==(const whole_number&) const = default;
};

std::optional<whole_number> whole_number_in(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  return whole_number{negative && !text.empty(), text};
}

}  // namespace

bool expectation::is_ordered() const {
  return wanted == relation::less || wanted == relation::less_equal || wanted == relation::greater ||
         wanted == relation::greater_equal;
}

bool expectation::holds(std::optional<std::string_view> actual) const {
  if (compiled) return (actual && compiled->found_in(*actual)) == (wanted == relation::match);
  if (!actual || value == null_word)
    return !is_ordered() && (!actual == (value == null_word)) == (wanted == relation::equal);
  const auto whole = whole_number_in(*actual);
  if (const auto other = whole_number_in(value); whole && other) return compare(*whole, wanted, *other);
  const auto left = finite_number_in(*actual);
  const auto right = finite_number_in(value);
  if (left && right) return compare(*left, wanted, *right);
  if (is_ordered() && (left || right)) return false;
  return compare(*actual, wanted, std::string_view(value));
}

bool expectation::holds(double actual) const {
  const auto number = compiled ? std::nullopt : finite_number_in(value);
  return number ? compare(actual, wanted, *number) : holds(fmt::format("{}", actual));
}

std::string expectation::text() const {
  if (wanted == relation::equal) return value;
  const auto* const row = std::ranges::find(operators, wanted, [](const auto& one) { return one.second; });
  return fmt::format("{} {}", trimmed(row->first), value);
}

std::string shown(const expectation& wanted) {
  const auto text = wanted.text();
  return text.empty() ? "\"\"" : shortened(printable(text), 64);
}

std::string unmet(std::string_view seen, const expectation& wanted) {
  return fmt::format("{}, expected {}", seen, shown(wanted));
}

std::string unmet(std::string_view seen, const pattern& wanted) {
  return unmet(seen, expectation{relation::match, wanted.text(), wanted});
}

}  // namespace telltale
