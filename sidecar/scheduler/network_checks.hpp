// Builds the asynchronous checks of a configuration.
#pragma once

#include <memory>
#include <vector>

#include <telltale/async_check.hpp>

#include "config/config.hpp"

namespace telltale {

/// Returns one entry per check, null for checks that run in workers. Reads secrets and certificates. A check that
/// cannot be built is null and adds a problem at its source location.
std::vector<std::shared_ptr<async_check>> network_checks(const config&, problems& refused);

}  // namespace telltale
