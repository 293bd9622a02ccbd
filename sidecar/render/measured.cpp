// The measurements of a check that can be shown, and what their names say about units.
#include "render/measured.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace telltale {

std::vector<const measurement*> shown_measurements(const check_view& view) {
  std::vector<const measurement*> out;
  for (const auto& found : view.status.last.measurements) {
    const auto same = [&](const measurement* other) { return other->name == found.name; };
    if (std::isfinite(found.value) && std::none_of(out.begin(), out.end(), same)) out.push_back(&found);
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
