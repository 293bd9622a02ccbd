// Parses and evaluates the expected value of a query, with an optional operator: `3`, `>= 10`, `!= failed`.
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

  /// Compares numerically when both values are decimal numbers; integers are compared exactly. A number has no order
  /// relative to text. NULL (sum, max and avg of no rows) equals only NULL and has no order. Other texts are compared
  /// by their bytes, which orders ISO dates.
  bool holds(std::optional<std::string_view> actual) const;
};

/// Empty when the value is missing or the operator is invalid (`=>`, `<>`). Also empty when an order is requested for a
/// value that starts like a number but is neither a number nor a date (`> 1,000`).
std::optional<expectation> parse_expectation(std::string_view text);

/// The whole text as a finite decimal number.
std::optional<double> as_number(std::string_view text);

}  // namespace telltale::sqlite
