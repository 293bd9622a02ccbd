// A gate as it would be without some of its checks, for ?exclude=NAME.
#pragma once

#include <string_view>
#include <vector>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// Only checks can be left out: what else closes the gate (draining, a loop that stood still) keeps it closed. A gate
/// that loses its last check passes, as kube-apiserver's does.
gate_state gate_without(const snapshot&, gate, const std::vector<std::string_view>& excluded,
                        bool ready_without_checks);

}  // namespace telltale
