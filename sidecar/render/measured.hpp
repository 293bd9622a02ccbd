// The measurements of a check that can be shown, and what their names say about units.
#pragma once

#include <string_view>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace telltale {

struct shown_measurement {
  std::string_view name;  ///< lives as long as the view
  double value;
};

/// Those of the newest outcome, without numbers that are not finite (JSON has no way to write them) and without a
/// second measurement of the same name.
std::vector<shown_measurement> shown_measurements(const check_view&);

/// The unit a name ends in, for people and JSON: "bytes", "s", "ratio", "percent"; empty for counts.
std::string_view unit_of(std::string_view measurement_name);

}  // namespace telltale
