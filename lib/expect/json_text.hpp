// Parses JSON with limits, finds values in it and shows them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace telltale {

/// Larger texts are not parsed: a document takes up to 16 times the memory of its text.
inline constexpr std::size_t largest_json = std::size_t{1} << 20;

/// Parses JSON of at most 32 levels. Empty when it is not valid; then `why` describes it: "is an HTML page, expected
/// JSON".
std::optional<boost::json::value> parse_json(std::string_view text, std::string& why);

/// The value at a JSON pointer (RFC 6901), or nullptr.
const boost::json::value* find_json(const boost::json::value& root, std::string_view pointer);

/// "an object", "a list", or JSON text of at most 64 bytes, which escapes control characters.
std::string shown(const boost::json::value&);

}  // namespace telltale
