// JSON values as text, with numbers as people write them.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

namespace telltale {

/// The view that members of Boost.JSON take.
inline boost::json::string_view text(std::string_view view) { return {view.data(), view.size()}; }

/// Compact JSON. Unlike boost::json::serialize, which writes 0.91 as 9.1E-1, numbers are in their shortest usual form;
/// strings are made well-formed UTF-8 and numbers that are not finite become null.
std::string json_text(const boost::json::value&);

/// The same view in Boost's type, which values are made of.
inline boost::json::string_view json_view(std::string_view text) { return {text.data(), text.size()}; }

/// One JSON string, quoted and escaped.
std::string json_quoted(std::string_view);

/// A number as JSON: an integer when it is one exactly.
boost::json::value json_number(double);

}  // namespace telltale
