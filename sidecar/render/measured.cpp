// Implements the selection of measurements and their units.
#include "render/measured.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace telltale {

std::vector<shown_measurement> shown_measurements(const check_view& view) {
  std::vector<shown_measurement> out;
  for (const auto& [name, value] : view.status.last.measurements)
    if (std::isfinite(value) && !std::ranges::count(out, name, &shown_measurement::name)) out.push_back({name, value});
  return out;
}

std::string_view unit_of(std::string_view name) {
  using row = std::pair<std::string_view, std::string_view>;
  constexpr std::array<row, 4> units{row{"_bytes", "bytes"}, row{"_seconds", "s"}, row{"_ratio", "ratio"},
                                     row{"_percent", "percent"}};
  for (const auto& [suffix, unit] : units)
    if (name.ends_with(suffix)) return unit;
  return {};
}

}  // namespace telltale
