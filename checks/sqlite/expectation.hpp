// The value a query should give, with an optional operator: `3`, `>= 10`, `!= failed`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::sqlite {

struct expectation {
  enum class relation : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };

  relation wanted = relation::equal;
  std::string value;

  /// Compared as numbers when both are decimal numbers, whole ones exactly. A number has no order with anything else,
  /// and NULL, which is no value at all (sum, max and avg of no rows), equals NULL only and has no order either. Other
  /// texts are compared by their bytes, which orders ISO dates.
  bool holds(std::optional<std::string_view> actual) const;
};

/// Nothing when there is no value behind the operator, when the operator is none (`=>`, `<>`), or when it asks for the
/// order of something that begins like a number and is neither one nor a date (`> 1,000`).
std::optional<expectation> parse_expectation(std::string_view text);

/// The whole text as a finite decimal number.
std::optional<double> as_number(std::string_view text);

}  // namespace telltale::sqlite
