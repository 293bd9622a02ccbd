// Truncates and sanitises outcomes.
#include "worker/outcome_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/printable.hpp"

namespace telltale {
namespace {

bool is_measurement_name(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || name.size() > max_name_bytes || !lower(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

std::string one_line(std::string_view text, std::size_t longest) {
  // The message may have megabytes. Sanitising shrinks no character below a third, so this prefix fills the limit.
  return shortened(printable(text.substr(0, 3 * longest + 4), ' '), longest);
}

outcome within_limits(outcome found) {
  found.message = one_line(found.message, max_message_bytes);
  if (found.message.empty()) found.message = "the check gave no message";
  std::erase_if(found.measurements,
                [](const measurement& m) { return !std::isfinite(m.value) || !is_measurement_name(m.name); });
  if (found.measurements.size() > max_measurements) found.measurements.resize(max_measurements);
  return found;
}

memory within_limits(memory kept) {
  const auto fits = [](const auto& entry) { return entry.first.size() <= max_name_bytes; };
  if (std::ranges::all_of(kept.values(), fits)) return kept;
  memory out;
  for (const auto& [name, value] : kept.values())
    if (name.size() <= max_name_bytes) out.set(name, value);
  return out;
}

}  // namespace telltale
