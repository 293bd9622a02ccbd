// Serialises JSON values with readable numbers.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

namespace telltale {

/// Returns compact JSON. Numbers have their shortest usual form; boost::json::serialize writes 0.91 as 9.1E-1. Strings
/// are converted to well-formed UTF-8, and numbers that are not finite become null.
std::string json_text(const boost::json::value&);

/// Converts to the view type of Boost.JSON.
inline boost::json::string_view json_view(std::string_view text) { return {text.data(), text.size()}; }

/// Returns one JSON string, quoted and escaped.
std::string json_quoted(std::string_view);

/// Returns a JSON number, as an integer when it is exactly one.
boost::json::value json_number(double);

}  // namespace telltale
