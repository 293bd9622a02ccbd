// Renders snapshots as response bodies, as pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/gate_filter.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Renders a gate as application/health+json (draft-inadarei-api-health-check-06). `details::names` omits messages,
/// measurements and descriptions; `details::none` leaves only status, version and releaseId. The filter's names are
/// listed in `notes`; the caller has evaluated the gate with the filter. The body has at most 10 KiB, failing checks
/// first; omitted checks are counted in `notes`.
std::string gate_health_json(const snapshot&, gate, const gate_state&, details, const gate_filter& = {});

/// Renders a gate as text in the style of kube-apiserver: `[+]db ok`, `[-]disk fail threshold: …`, and a last line
/// "ready check passed" / "ready check failed". At most 10 KiB.
std::string gate_text(const snapshot&, gate, const gate_state&, details, const gate_filter& = {});

/// Render all checks, or one check of the snapshot, in full detail. Not bounded.
std::string checks_json(const snapshot&, details);
std::string check_json(const snapshot&, const check_view&, details);
std::string checks_text(const snapshot&, details);
std::string check_text(const snapshot&, const check_view&, details);

/// Render the Prometheus text format 0.0.4 and OpenMetrics 1.0.0.
std::string metrics_text(const snapshot&, const program_counters&);
std::string metrics_openmetrics(const snapshot&, const program_counters&);

}  // namespace telltale
