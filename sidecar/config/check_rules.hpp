// Validates the combination of values in one check entry.
#pragma once

#include <cstddef>
#include <cstdint>

#include <telltale/raw_value.hpp>

#include "config/settings.hpp"

namespace telltale {

/// Limits that the JSON Schema contains as well. `rise` and `fall` are at least 1 and at most this.
inline constexpr std::uint64_t most_runs = 100;
inline constexpr std::size_t longest_description = 1000;  ///< in characters

/// Whether a text is a valid check name, which becomes part of URLs, metric labels and log lines.
bool is_check_name(std::string_view);

/// `entry` is the map of the check, `defaults` that of the defaults section or nullptr. A problem has the location of
/// the value in the check, else in the defaults, else of the entry.
void check_rules(const check_settings&, const raw_value& entry, const raw_value* defaults, problems&);
void check_rules(const server_settings&, const raw_value& server, problems&);

}  // namespace telltale
