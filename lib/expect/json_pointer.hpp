// Validates JSON pointers in options.
#pragma once

#include <string_view>

#include <telltale/raw_value.hpp>

namespace telltale {

/// RFC 6901, except for the pointer to the whole document: every part starts with '/', and '~' is followed by 0 or 1.
bool is_json_pointer(std::string_view);

/// "content: expected a JSON pointer such as /model/name, not 'name'", unless it is one.
void check_json_pointer(std::string_view option, std::string_view pointer, source_location, problems&);

}  // namespace telltale
