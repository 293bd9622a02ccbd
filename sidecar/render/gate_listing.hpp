// Selects and orders the checks that a gate's response shows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/gate_filter.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// The kubelet reads at most 10 KiB of a body (pkg/probe/http, maxRespBodyLength).
inline constexpr std::size_t gate_body_limit = 10 * 1024 - 1;

struct gate_listing {
  std::vector<const check_view*> shown;        ///< selected checks of the gate: failing, pending, warning, passing
  std::vector<std::string_view> only;          ///< selected names, as requested
  std::vector<std::string_view> excluded;      ///< excluded names, as requested
  std::vector<std::string_view> unknown;       ///< excluded names that do not feed the gate
  std::vector<std::string_view> unknown_only;  ///< selected names that do not feed the gate
};

gate_listing list_gate(const snapshot&, gate, const gate_filter&);

/// Returns "db, disk and 3 more": a list of bounded length.
std::string short_list(const std::vector<std::string_view>& names);

/// Returns "3 more checks not shown; see /checks".
std::string not_shown(std::size_t count);

}  // namespace telltale
