// Cuts and cleans outcomes.
#include "worker/outcome_limits.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace telltale {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view ellipsis = "\xE2\x80\xA6";     // U+2026

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0;
}

// Length of the well-formed sequence at the start, 0 when there is none. RFC 3629, section 4: no overlong forms, no
// surrogates, nothing above U+10FFFF.
std::size_t sequence_length(std::string_view text) {
  const auto first = byte_at(text, 0);
  const auto second = byte_at(text, 1);
  const auto continues = [&](std::size_t i) { return (byte_at(text, i) & 0xC0) == 0x80; };
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// C0, DEL, and the C1 block (U+0080 to U+009F), which terminals obey too.
bool is_control(std::string_view sequence) {
  const auto first = byte_at(sequence, 0);
  return first < 0x20 || first == 0x7F || (first == 0xC2 && byte_at(sequence, 1) < 0xA0);
}

/// Most messages are: nothing to clean or to cut.
bool is_plain(std::string_view text) {
  return text.size() <= max_message_bytes && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_measurement_name(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || name.size() > max_name_bytes || !lower(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t longest) {
  std::string out;
  std::size_t fits = 0;  // length of the longest prefix that leaves room for the ellipsis
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
    out.append(length == 0 ? replacement : is_control(sequence) ? std::string_view(" ") : sequence);
    if (out.size() + ellipsis.size() <= longest) fits = out.size();
    if (out.size() > longest) return out.substr(0, fits).append(ellipsis);
    text.remove_prefix(sequence.size());
  }
  return out;
}

outcome within_limits(outcome found) {
  if (!is_plain(found.message)) found.message = clean_text(found.message, max_message_bytes);
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
