// What a rule evaluates: a selector, with an optional rate and an aggregation, as in `sum(rate(name{label="x"}))`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "prometheus/selector.hpp"

namespace telltale::prometheus {

/// How several series become one value; `each`: not at all, every series has to comply.
enum class aggregation : std::uint8_t { each, sum, max, min, avg, count };
inline constexpr std::array<std::string_view, 6> aggregation_names{"each", "sum", "max", "min", "avg", "count"};

struct expression {
  std::string text;  ///< as written
  aggregation over = aggregation::each;
  bool rate = false;  ///< per second, between two runs
  selector what;

  /// A name for the measurement, such as `max_queue_depth_mail` for `max(queue_depth{queue="mail"})`: the values of the
  /// labels keep those of one metric apart. Empty when the selector has no metric name.
  std::string measurement_name() const;
};

/// Parses PromQL's syntax as far as it goes here: no ranges, no arithmetic, no grouping. Empty if the text is not
/// valid; then `why` says what is wrong.
std::optional<expression> parse_expression(std::string_view text, std::string& why);

}  // namespace telltale::prometheus
