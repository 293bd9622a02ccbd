// The JSON Schema of the configuration, made from the option declarations.
#pragma once

#include <string>

#include <telltale/check_type.hpp>

namespace telltale {

/// Draft-07, as the YAML language servers of editors want it; pretty-printed, ends in a line break.
std::string config_schema(const check_table&);

/// docs/checks.md: one section per check type, common options, reasons.
std::string checks_markdown(const check_table&);

}  // namespace telltale
