// Serialises JSON values with readable numbers.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace telltale {

/// Returns compact JSON. Numbers have their shortest usual form; boost::json::serialize writes 0.91 as 9.1E-1. Strings
/// are converted to well-formed UTF-8, and numbers that are not finite become null.
std::string json_text(const boost::json::value&);

/// Returns one JSON string, quoted and escaped.
std::string json_quoted(std::string_view);

/// Returns a JSON number, as an integer when it is exactly one.
boost::json::value json_number(double);

}  // namespace telltale
