// JSON for people to read and for diffs: indented, one member a line.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace telltale {

/// Two blanks a level; arrays and objects without members of their own stay on one line. Ends in a line break.
std::string pretty_json(const boost::json::value&);

}  // namespace telltale
