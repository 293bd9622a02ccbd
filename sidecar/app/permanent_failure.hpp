// Decides which failures do not heal by waiting, for `telltale wait --fail-fast`.
#pragma once

#include <chrono>

#include <telltale/reason.hpp>

namespace telltale {

/// A host name may appear later: the names of containers exist once they have started.
inline constexpr std::chrono::seconds name_grace{10};

/// Whether a check that has been failing for this long, now for this reason, needs a change by somebody: other
/// credentials (auth), permissions (denied), certificates or TLS settings (tls), or another name (dns, after
/// `name_grace`). Every other reason may end by itself while a dependency starts: a file or path may be created
/// (missing, corrupt), and a server that answers something unexpected may still be loading (mismatch, protocol).
constexpr bool is_permanent(reason why, std::chrono::nanoseconds failing_for) {
  switch (why) {
    case reason::auth:
    case reason::denied:
    case reason::tls:
      return true;
    case reason::dns:
      return failing_for >= name_grace;
    default:
      return false;
  }
}

}  // namespace telltale
