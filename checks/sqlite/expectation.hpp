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

  /// Compared as numbers when both are decimal numbers, else as text; the order of texts is that of their bytes.
  bool holds(std::string_view actual) const;
};

/// Nothing when there is no value behind the operator.
std::optional<expectation> parse_expectation(std::string_view text);

/// The whole text as a finite decimal number.
std::optional<double> as_number(std::string_view text);

}  // namespace telltale::sqlite
