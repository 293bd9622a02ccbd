// Lists all paths that the program serves, with their aliases.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace telltale {

enum class endpoint : std::uint8_t { index, ping, gate, metrics, checks, one_check };

struct path_row {
  std::string_view path;
  std::string_view canonical;        ///< the label in metrics
  telltale::endpoint endpoint;       ///< `index` serves a gate unless the request asks for help or HTML
  telltale::gate gate = gate::live;  ///< for endpoint::gate and endpoint::index only
};

inline constexpr std::array path_table{
    path_row{"/health", "/health", endpoint::gate, gate::live},
    path_row{"/healthz", "/health", endpoint::gate, gate::live},
    path_row{"/livez", "/health", endpoint::gate, gate::live},
    path_row{"/health/live", "/health", endpoint::gate, gate::live},
    path_row{"/ready", "/ready", endpoint::gate, gate::ready},
    path_row{"/readyz", "/ready", endpoint::gate, gate::ready},
    path_row{"/health/ready", "/ready", endpoint::gate, gate::ready},
    path_row{"/startup", "/startup", endpoint::gate, gate::startup},
    path_row{"/startupz", "/startup", endpoint::gate, gate::startup},
    path_row{"/health/startup", "/startup", endpoint::gate, gate::startup},
    path_row{"/metrics", "/metrics", endpoint::metrics},
    path_row{"/ping", "/ping", endpoint::ping},
    path_row{"/checks", "/checks", endpoint::checks},
    path_row{"/", "/", endpoint::index, gate::ready},
};

inline constexpr path_row one_check_row{"/checks/NAME", "/checks/NAME", endpoint::one_check};

/// Whether the endpoint is available at a listener that serves `parts`; `/ping` and the index are available everywhere.
bool serves(const std::vector<served>& parts, endpoint);

struct found_path {
  path_row row;
  std::string_view check;  ///< for endpoint::one_check: the name, a part of the requested path
};

/// Returns the row of a decoded path, or nothing. One trailing slash is ignored ("/ready/"), because not every prober
/// follows redirects. Otherwise the match is exact.
std::optional<found_path> find_path(std::string_view path);

}  // namespace telltale
