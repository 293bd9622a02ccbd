// What a 200 means: anybody can answer so, but only telltale's text has a verdict in it.
#pragma once

#include <optional>
#include <string_view>

namespace telltale {

/// Whether what was asked for passes, from the text of a 200: a gate says so in its last line, one check
/// (`/checks/NAME`) in its first. Nothing when the text is neither. `path` is what was asked for, with its query.
std::optional<bool> verdict_in(std::string_view path, std::string_view text);

/// Paths of telltale that are answered 200 whatever the checks say.
bool has_no_verdict(std::string_view path);

}  // namespace telltale
