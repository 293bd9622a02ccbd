// The option `values`: expressions, and what each value has to be.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/limit.hpp>
#include <telltale/option_group.hpp>

#include "expect/expectation.hpp"
#include "prometheus/expression.hpp"

namespace telltale {
namespace prometheus {

enum class absence : std::uint8_t { fail, warn, ignore };

/// The conditions on one value. Without any, the series only has to exist.
struct conditions {
  std::optional<expectation> expect;
  std::optional<double> warn;
  std::optional<double> fail;
  lower_limit<double> below;
  absence absent = absence::fail;
  std::optional<std::string> as;

  upper_limit<double> above() const { return {warn, fail}; }
  static options_of<conditions> declared();
  void validate(source_location at, problems& errors) const;
};

struct rule {
  expression what;
  conditions wanted;
  std::string measured_as;  ///< name of the measurement
};

/// In the order in which they are written; at least one, with different measurements.
using rule_list = std::vector<rule>;

inline constexpr std::size_t max_rules = 48;  // an outcome has at most 64 measurements

}  // namespace prometheus

template <>
struct choices<prometheus::absence> {
  static constexpr std::array<std::string_view, 3> names{"fail", "warn", "ignore"};
};

/// A map from expressions to conditions, or to an expectation.
template <>
struct option_traits<prometheus::rule_list> {
  static option_shape shape();
  static std::optional<prometheus::rule_list> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const prometheus::rule_list&) { return ""; }
};

}  // namespace telltale
