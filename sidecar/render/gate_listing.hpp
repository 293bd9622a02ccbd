// Which checks the answer of a gate is about, in the order they are told.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/gate_filter.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// kubelet reads no more than 10 KiB of a body (pkg/probe/http, maxRespBodyLength).
inline constexpr std::size_t gate_body_limit = 10 * 1024 - 1;

struct gate_listing {
  std::vector<const check_view*> shown;        ///< feeding the gate and chosen; failing, pending, warning, passing
  std::vector<std::string_view> only;          ///< names that were chosen, as asked
  std::vector<std::string_view> excluded;      ///< names that were left out as asked
  std::vector<std::string_view> unknown;       ///< names to leave out that feed nothing here
  std::vector<std::string_view> unknown_only;  ///< names to choose that feed nothing here
};

gate_listing list_gate(const snapshot&, gate, const gate_filter&);

/// "db, disk and 3 more": a list of names that stays short whatever was asked for.
std::string short_list(const std::vector<std::string_view>& names);

/// "3 more checks not shown; see /checks"
std::string not_shown(std::size_t count);

}  // namespace telltale
