// One check as a line for people, the way kube-apiserver prints its own.
#pragma once

#include <cstddef>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Of a message in text for people, in bytes.
inline constexpr std::size_t most_message = 1024;

/// "[+]db ok", "[-]disk fail threshold: /data 91% used (limit 90%)", "[!]x warn reason: message", "[?]y pending".
/// A check that fails without failing its gate says so: "... (severity degraded)". No line break at the end.
std::string check_line(const check_view&, details);

}  // namespace telltale
