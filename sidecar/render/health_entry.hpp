// Formats one check as entries of application/health+json (draft-inadarei-api-health-check-06, section 4).
#pragma once

#include <cstddef>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Limit of a message in the body of a gate, in bytes.
inline constexpr std::size_t max_output = 1024;

/// Returns the members of "checks" for one check: `"db:wal_bytes":[{...}],"db:readers":[{...}]`, or `"db":[{...}]`
/// without measurements. Each has the status, reason and time. Output and links are in the first one only. With
/// `details::names` measurements, output and links are omitted.
std::string health_members(const check_view&, details);

/// Returns a compact form: no measurements, no links, a truncated output.
std::string short_health_members(const check_view&, details);

}  // namespace telltale
