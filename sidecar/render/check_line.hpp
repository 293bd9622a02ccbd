// Formats one check as a line of text, in the style of kube-apiserver.
#pragma once

#include <cstddef>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Limit of a message in text, in bytes.
inline constexpr std::size_t max_message = 1024;

/// Returns "[+]db ok", "[-]disk fail threshold: /data 91% used (limit 90%)", "[!]x warn reason: message" or "[?]y
/// pending". A failing check that does not fail its gate adds "(severity degraded)". No newline at the end.
std::string check_line(const check_view&, details);

}  // namespace telltale
