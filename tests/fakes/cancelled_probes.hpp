// Probes that are cancelled at any point end without leaving an operation or a connection behind.
#pragma once

#include <memory>

#include "fakes/network_peer.hpp"

namespace telltale::fakes {

/// Cancels one probe after another, each one handler later, until a probe ends by itself or `most` were cancelled.
/// Each has a server of its own, which the check reaches at any host name.
void cancel_everywhere(const script& behaviour, const std::shared_ptr<async_check>& check, int most);

}  // namespace telltale::fakes
