// Finds what is valid in a check entry, but probably not meant so.
#pragma once

#include <telltale/check_type.hpp>
#include <telltale/raw_value.hpp>

#include "config/settings.hpp"

namespace telltale {

/// The check is valid. Adds the hints of its type, and those about the common options: a check of another host that
/// feeds `live`, and a limit on the latency that the timeout makes useless. `common` and `own` are the maps of its
/// options.
void add_hints(const check_settings&, const raw_value& common, const check_type&, const raw_value& own,
               problems& hints);

}  // namespace telltale
