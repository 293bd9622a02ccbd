// Parses the verdict from the body of a 200 response, to detect responses of other servers.
#pragma once

#include <optional>
#include <string_view>

namespace telltale {

/// Whether the requested gate or check passes, from the text of a 200: a gate has its verdict in the last line, a check
/// (`/checks/NAME`) in the first. Empty when the text is neither. `path` is the requested path with its query.
std::optional<bool> verdict_in(std::string_view path, std::string_view text);

/// Whether telltale returns 200 for this path regardless of the checks.
bool has_no_verdict(std::string_view path);

}  // namespace telltale
