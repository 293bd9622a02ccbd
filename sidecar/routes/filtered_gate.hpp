// Evaluates a gate over a selection of its checks, for ?only=NAME and ?exclude=NAME.
#pragma once

#include "render/gate_filter.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Only checks can be selected: other causes (draining, a stalled loop) keep the gate closed. A gate whose last check
/// is excluded passes, as in kube-apiserver. With `only` the gate consists of the named checks. A name that does not
/// feed the gate fails it, because a misspelt name would otherwise always pass.
gate_state filtered_gate(const snapshot&, gate, const gate_filter&, bool ready_without_checks);

}  // namespace telltale
