// Formats one check as a line of text, in the style of kube-apiserver.
#pragma once

#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Returns "[+]db ok", "[-]disk fail threshold: /data 91% used (limit 90%)", "[!]x warn reason: message" or "[?]y
/// pending". A failing check that does not fail its gate adds "(severity degraded)". No newline at the end.
std::string check_line(const check_view&, details);

}  // namespace telltale
