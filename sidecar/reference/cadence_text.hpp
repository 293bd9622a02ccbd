// Words the default cadence of a check type.
#pragma once

#include <string>

#include <telltale/check_type.hpp>

namespace telltale {

/// "Default interval 10s, timeout 2s.", and what a slow type means for its checks.
std::string cadence_text(const default_cadence&);

}  // namespace telltale
