// Validates and normalises the bytes of a configuration: UTF-8 without control characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <telltale/raw_value.hpp>

namespace telltale {

/// Drops a UTF-8 byte order mark, and replaces CRLF by LF and the tabs of empty lines, which yaml-cpp rejects, by
/// spaces. If the bytes are not text, returns empty and reports the location of the first invalid byte.
std::optional<std::string> clean_text(std::string_view bytes, problems&);

/// Why a value is not valid text: "a control character", "invalid UTF-8", or empty. Line breaks and tabs are valid.
std::optional<std::string_view> unusable_text(std::string_view value);

}  // namespace telltale
