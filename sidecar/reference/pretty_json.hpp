// Formats JSON for reading and for diffs: indented, one member per line.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace telltale {

/// Indents by two blanks per level. Arrays and objects without nested members stay on one line. Ends with a line break.
std::string pretty_json(const boost::json::value&);

}  // namespace telltale
