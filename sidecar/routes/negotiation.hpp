// Which form of an answer a client wants (RFC 9110, section 12.5).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace telltale {

/// A form that can be sent. `content_type` is the header as sent; `media_type` and `version` are what it is matched by.
struct offer {
  std::string_view media_type;
  std::string_view version;  ///< empty: the parameter is not looked at
  std::string_view content_type;
};

/// The index of the offer that `accept` prefers. Among equals the one that was named more precisely wins, then the
/// earlier. When nothing fits it is the first: a prober with an odd header is better served than refused.
std::size_t preferred_offer(std::string_view accept, std::span<const offer>);

/// Whether `Accept-Encoding` allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace telltale
