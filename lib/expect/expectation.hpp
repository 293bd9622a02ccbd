// The expectation language: a value with an optional operator, such as `ok`, `< 100`, `!= failed` or `~ ^2[0-9]+$`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/option_traits.hpp>

#include "expect/pattern.hpp"

namespace telltale {

/// What a value is compared with; documented in docs/expectations.md.
struct expectation {
  enum class relation : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, match, no_match };

  relation wanted = relation::equal;
  std::string value;
  std::optional<pattern> compiled;  ///< of `value`, for `match` and `no_match`

  /// Compares numerically when both values are decimal numbers; whole numbers are compared exactly, whatever their
  /// length. A number has no order relative to text. Other texts are compared by their bytes, which orders ISO dates.
  /// An absent value (NULL) equals only `NULL`, has no order and matches no pattern.
  bool holds(std::optional<std::string_view> actual) const;
  /// The same for a number; NaN has no order and equals no number.
  bool holds(double actual) const;

  /// Whether it compares by order: `<`, `<=`, `>`, `>=`.
  bool is_ordered() const;
  /// As in the configuration, without the operator when that is equality: "ok", "< 100".
  std::string text() const;
};

/// Empty when the value is missing or the operator is invalid (`=>`, `<>`). Also empty when an order is requested for a
/// value that starts like a number but is neither a number nor a date (`> 1,000`), and for an invalid pattern. Then
/// `mend` says what to write instead, and does not repeat the value.
std::optional<expectation> parse_expectation(std::string_view text, std::string& mend);
std::optional<expectation> parse_expectation(std::string_view text);

/// The expectation as messages show it: printable, at most 64 bytes.
std::string shown(const expectation&);

/// The sentence of every check for a value that is not as expected: `seen` is "is 120", the result "is 120, expected
/// < 100".
std::string unmet(std::string_view seen, const expectation&);
/// The same for a pattern that was not found: "..., expected ~ ^220".
std::string unmet(std::string_view seen, const pattern&);

/// An expectation as an option: one text, number, true or false.
template <>
struct option_traits<expectation> {
  static option_shape shape() { return {option_kind::text, {}, {}, {}}; }
  static std::optional<expectation> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const expectation& value) { return detail::quoted_text(value.text()); }
};

}  // namespace telltale
