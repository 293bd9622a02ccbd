// Reads and applies the expected value of a query.
#include "sqlite/expectation.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace telltale::sqlite {
namespace {

using relation = expectation::relation;

// Longer operators first: `>=` begins with `>`.
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

}  // namespace

std::optional<double> as_number(std::string_view text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool expectation::holds(std::string_view actual) const {
  const auto left = as_number(actual);
  const auto right = as_number(value);
  if (left && right) return compare(*left, wanted, *right);
  return compare(actual, wanted, std::string_view(value));
}

std::optional<expectation> parse_expectation(std::string_view text) {
  expectation out;
  for (const auto& [word, wanted] : operators) {
    if (text.substr(0, word.size()) != word) continue;
    out.wanted = wanted;
    text.remove_prefix(word.size());
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    break;
  }
  out.value = std::string(text);
  return out;
}

}  // namespace telltale::sqlite
