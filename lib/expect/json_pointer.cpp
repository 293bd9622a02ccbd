// Implements the syntax check of JSON pointers.
#include "expect/json_pointer.hpp"

#include <string>

#include <fmt/format.h>

namespace telltale {

bool is_json_pointer(std::string_view text) {
  if (!text.starts_with('/')) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  return true;
}

void check_json_pointer(std::string_view option, std::string_view pointer, source_location at, problems& errors) {
  if (!is_json_pointer(pointer))
    errors.add(at, fmt::format("{}: expected a JSON pointer such as /model/name, not {}", option,
                               raw_value::scalar(std::string(pointer)).shown()));
}

}  // namespace telltale
