// Selects the representation a client prefers (RFC 9110, section 12.5).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace telltale {

/// A representation that can be sent. `content_type` is the header; `media_type` and `version` are matched.
struct offer {
  std::string_view media_type;
  std::string_view version;  ///< empty: the parameter is ignored
  std::string_view content_type;
};

/// Returns the index of the offer that `accept` prefers. Ties go to the more precise range, then to the earlier offer.
/// Without a match it is the first offer: a response is better than a refusal for a prober with an unusual header.
std::size_t preferred_offer(std::string_view accept, std::span<const offer>);

bool accepts_gzip(std::string_view accept_encoding);

}  // namespace telltale
