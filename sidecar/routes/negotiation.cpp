// Implements content negotiation.
#include "routes/negotiation.hpp"

#include "base/ascii.hpp"
#include "routes/header_list.hpp"

namespace telltale {
namespace {

// How precisely a media range matches an offer: 0 not at all, 1 */*, 2 type/*, 3 type/subtype, 4 with version.
int precision(const weighted_element& range, const offer& offered) {
  const auto type = offered.media_type.substr(0, offered.media_type.find('/'));
  if (range.value == "*/*" || range.value == "*") return 1;
  if (range.value.ends_with("/*"))
    return equal_ignoring_case(range.value.substr(0, range.value.size() - 2), type) ? 2 : 0;
  if (!equal_ignoring_case(range.value, offered.media_type)) return 0;
  if (offered.version.empty()) return 3;
  for (const auto& [name, value] : range.parameters)
    if (equal_ignoring_case(name, "version")) return value == offered.version ? 4 : 0;
  return 3;
}

struct rating {
  double weight = 0;
  int precision = 0;
  friend auto operator<=>(const rating&, const rating&) = default;
};

// The most precise matching range decides, even when a broader one has more weight.
rating rate(const std::vector<weighted_element>& ranges, const offer& offered) {
  rating out;
  for (const auto& range : ranges)
    if (const int found = precision(range, offered); found > out.precision) out = {range.weight, found};
  return out;
}

}  // namespace

std::size_t preferred_offer(std::string_view accept, std::span<const offer> offers) {
  if (accept.empty() || accept == "*/*") return 0;  // sent by probes
  const auto ranges = weighted_elements(accept);
  std::size_t best = 0;
  rating highest;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const auto rated = rate(ranges, offers[i]);
    if (rated.weight > 0 && rated > highest) {
      highest = rated;
      best = i;
    }
  }
  return best;
}

bool accepts_gzip(std::string_view accept_encoding) {
  double any = 0;
  for (const auto& coding : weighted_elements(accept_encoding)) {
    // x-gzip is gzip (RFC 9110, section 8.4.1.3).
    if (equal_ignoring_case(coding.value, "gzip") || equal_ignoring_case(coding.value, "x-gzip"))
      return coding.weight > 0;
    if (coding.value == "*") any = coding.weight;
  }
  return any > 0;
}

}  // namespace telltale
