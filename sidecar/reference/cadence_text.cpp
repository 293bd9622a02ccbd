// Implements the sentence about a type's cadence.
#include "reference/cadence_text.hpp"

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale {

std::string cadence_text(const default_cadence& cadence) {
  return fmt::format("Default interval {}, timeout {}.{}", to_text(cadence.interval), to_text(cadence.timeout),
                     cadence.slow ? " Slow: no gate waits for its first run." : "");
}

}  // namespace telltale
