// Implements the selection of measurements and their units.
#include "render/measured.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace telltale {

std::vector<shown_measurement> shown_measurements(const check_view& view) {
  const auto& all = view.status.last.measurements;
  std::vector<shown_measurement> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const shown_measurement found{all.name(i), all.value(i)};
    const auto same = [&](const shown_measurement& other) { return other.name == found.name; };
    if (std::isfinite(found.value) && std::ranges::none_of(out, same)) out.push_back(found);
  }
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
