// Selects the measurements of a check that can be shown, and derives units from their names.
#pragma once

#include <string_view>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace telltale {

struct shown_measurement {
  std::string_view name;  ///< valid as long as the view
  double value;
};

/// Returns the measurements of the latest outcome, without values that are not finite (JSON cannot represent them) and
/// without duplicate names.
std::vector<shown_measurement> shown_measurements(const check_view&);

/// Returns the unit at the end of the name: "bytes", "s", "ratio", "percent"; empty for counts.
std::string_view unit_of(std::string_view measurement_name);

}  // namespace telltale
