// Validates flow collections such as `[a, b]` or `{a: 1}`, which may span several lines.
#pragma once

#include <cstddef>

#include "yaml/guard.hpp"

namespace telltale::yaml {

struct bracket_end {
  bool closed = false;
  std::size_t at = 0;  ///< after the closing bracket; if missing, the last line break of the collection
};

/// Scans the collection whose bracket is at `pos`, and the scalars in it. Their continuation lines have at least
/// `indent` spaces. After the first problem it only searches for the end, because a misplaced quote makes the following
/// text ambiguous. The reader validates the keys of maps.
bracket_end guard_brackets(guarded&, std::size_t pos, std::size_t indent);

}  // namespace telltale::yaml
