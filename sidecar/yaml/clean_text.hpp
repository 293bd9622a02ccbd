// Bytes to text: only UTF-8 without control characters goes on to the YAML reader.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <telltale/raw_value.hpp>

namespace telltale {

/// Drops a UTF-8 byte order mark, turns CRLF into LF, and the tabs of empty lines, which nobody sees but yaml-cpp
/// complains about, into spaces. Nothing, and one problem with its place, when the bytes are
/// not text: the first bad byte says enough about a file that is not a configuration.
std::optional<std::string> clean_text(std::string_view bytes, problems&);

/// Why a value may not be used as text: "a control character", "invalid UTF-8", or nothing. Line breaks and tabs pass.
std::optional<std::string_view> unusable_text(std::string_view value);

}  // namespace telltale
