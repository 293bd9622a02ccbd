// Truncates and sanitises outcomes.
#include "worker/outcome_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/ascii.hpp"
#include "base/printable.hpp"

namespace telltale {
namespace {

bool is_measurement_name(std::string_view name) {
  const auto allowed = [](char c) { return (is_letter_or_digit(c) && c == lower(c)) || c == '_'; };
  return !name.empty() && name.size() <= max_name_bytes && is_letter(name.front()) &&
         std::ranges::all_of(name, allowed);
}

}  // namespace

std::string one_line(std::string_view text, std::size_t longest) {
  // The message may have megabytes. Sanitising shrinks no character below a third, so this prefix fills the limit.
  return shortened(printable(text.substr(0, 3 * longest + 4), ' '), longest);
}

outcome within_limits(outcome found) {
  if (found.verdict == verdict::fail && found.reason == reason::ok) found.reason = reason::internal;
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
