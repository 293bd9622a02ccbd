// Implements the search in groups, lists and maps.
#include "reference/nested_options.hpp"

namespace telltale {

nested_options nested_in(const option_shape& shape) {
  const bool is_map = shape.kind == option_kind::map;
  const bool has_entries = is_map || shape.kind == option_kind::list;
  if (!has_entries) return {".", shape.members};
  const auto& alternative = shape.element.front().element;
  if (alternative.empty()) return {};
  return {is_map ? ".*." : "[].", alternative.front().members};
}

}  // namespace telltale
