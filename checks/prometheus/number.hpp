// Parses numbers as a metrics page writes them.
#pragma once

#include <optional>
#include <string_view>

namespace telltale::prometheus {

/// A value of the text format, which is a number as Go's ParseFloat reads it: `1`, `-2.5e3`, `+Inf`, `NaN`. A number
/// too close to zero becomes zero; one that is too large is not valid.
std::optional<double> parse_value(std::string_view text);

}  // namespace telltale::prometheus
