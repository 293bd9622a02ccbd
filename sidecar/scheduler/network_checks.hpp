// The asynchronous checks of a configuration, made.
#pragma once

#include <memory>
#include <vector>

#include <telltale/async_check.hpp>

#include "config/config.hpp"

namespace telltale {

/// One for each check, null for those that run in workers. Reads their secrets and certificates; one that cannot be
/// made is null and has a problem at its place.
std::vector<std::shared_ptr<async_check>> network_checks(const config&, problems& refused);

}  // namespace telltale
