// Implements the numbers of metrics pages with std::from_chars.
#include "prometheus/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "base/ascii.hpp"

namespace telltale::prometheus {
namespace {

std::optional<double> special(std::string_view unsigned_text, bool negative) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (equal_ignoring_case(unsigned_text, "inf") || equal_ignoring_case(unsigned_text, "infinity"))
    return negative ? -infinity : infinity;
  if (equal_ignoring_case(unsigned_text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

/// std::from_chars does not tell a number that is too large from one that is too small.
std::optional<double> out_of_range(std::string_view text) {
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<double> parse_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) return special(text, negative);
  double value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc()) return negative ? -value : value;
  const auto near_zero = out_of_range(text);
  return near_zero && negative ? std::optional(-*near_zero) : near_zero;
}

}  // namespace telltale::prometheus
