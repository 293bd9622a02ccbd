// A gate as it would be with some of its checks, for ?only=NAME and ?exclude=NAME.
#pragma once

#include "render/gate_filter.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Only checks can be chosen: what else closes the gate (draining, a loop that stood still) keeps it closed. A gate
/// whose last check is excluded passes, as kube-apiserver's does; with `only` it is the gate of a configuration that
/// has nothing but these checks, and a name that does not feed it fails it, because a misspelt one would pass for ever.
gate_state filtered_gate(const snapshot&, gate, const gate_filter&, bool ready_without_checks);

}  // namespace telltale
