// Guards a collection in brackets, `[a, b]` or `{a: 1}`, which may go on over several lines.
#pragma once

#include <cstddef>

#include "yaml/guard.hpp"

namespace telltale::yaml {

struct bracket_end {
  bool closed = false;
  std::size_t at = 0;  ///< behind the closing bracket, or the last line break before what is outside of an open one
};

/// Follows the collection whose bracket is at `pos`, and looks for the scalars in it. They go on in lines with at least
/// `indent` spaces. After its first problem only the end is looked for: what follows a misplaced quote is seldom what
/// it seems. What the keys of a map lack is left to the reader.
bracket_end guard_brackets(guarded&, std::size_t pos, std::size_t indent);

}  // namespace telltale::yaml
