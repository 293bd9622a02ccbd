// Generates the JSON Schema and the reference page of the configuration from the option declarations.
#pragma once

#include <string>

#include <telltale/check_type.hpp>

namespace telltale {

/// Draft-07, which YAML language servers of editors support; pretty-printed, ends with a line break.
std::string config_schema(const check_table&);

/// docs/checks.md: one section per check type, common options, reasons.
std::string checks_markdown(const check_table&);

}  // namespace telltale
