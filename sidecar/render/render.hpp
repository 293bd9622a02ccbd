// Snapshots as bytes: pure functions from a picture to the body of an answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/gate_filter.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// application/health+json of a gate (draft-inadarei-api-health-check-06). With `details::names` messages, measurements
/// and descriptions are left out; with `details::none` only status, version and releaseId remain. The filter's names
/// are listed in notes; the caller has evaluated the gate without the checks that it leaves out. At most 10 KiB: what
/// does not fit is counted in `notes`, failing checks first.
std::string gate_health_json(const snapshot&, gate, const gate_state&, details, const gate_filter& = {});

/// The same for people, as kube-apiserver prints it: `[+]db ok`, `[-]disk fail threshold: …`, and a last line
/// "ready check passed" / "ready check failed". Same 10 KiB bound.
std::string gate_text(const snapshot&, gate, const gate_state&, details, const gate_filter& = {});

/// Everything known of all checks, of one (the view must belong to the snapshot). Not bounded.
std::string checks_json(const snapshot&, details);
std::string check_json(const snapshot&, const check_view&, details);
std::string checks_text(const snapshot&, details);
std::string check_text(const snapshot&, const check_view&, details);

/// Prometheus text format 0.0.4, and OpenMetrics 1.0.0.
std::string metrics_text(const snapshot&, const program_counters&);
std::string metrics_openmetrics(const snapshot&, const program_counters&);

}  // namespace telltale
