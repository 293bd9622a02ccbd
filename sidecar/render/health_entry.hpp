// One check in the words of application/health+json (draft-inadarei-api-health-check-06, section 4).
#pragma once

#include <cstddef>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Of a message in the body of a gate, in bytes.
inline constexpr std::size_t most_output = 1024;

/// The members of "checks" that tell one check: `"db:wal_bytes":[{...}],"db:readers":[{...}]`, or `"db":[{...}]` for a
/// check that measured nothing. Each carries the status, the reason and the time; what belongs to the check as a whole
/// (output, links) is said once, in the first. With `details::names` there are no measurements, output and links.
std::string health_members(const check_view&, details);

/// The same in as little room as makes sense: no measurements, no links, a shortened output.
std::string short_health_members(const check_view&, details);

}  // namespace telltale
