// Scalars that go on in deeper-indented lines: where their lines are, and the text that the lines fold to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/token.hpp"

namespace telltale::yaml {

/// The first character of the next line with text after the line break at `pos`. Nothing when that line has fewer than
/// `indent` spaces before its text, is a document marker, or does not exist: the scalar ends before it.
std::optional<std::size_t> next_line(std::string_view text, std::size_t pos, std::size_t indent);

/// `scan_plain`, and the lines that the scalar goes on in. A line with a key, a comment or a bracket is not one of
/// them.
token scan_plain_lines(std::string_view text, std::size_t pos, context, std::size_t indent);

/// Where the second line of a plain scalar begins, when the first one is a single word on a short line. Between the
/// items of a list that is more often a forgotten separator than a text; a dumper folds lines that are longer than
/// this.
std::optional<std::size_t> forgotten_separator(std::string_view text, const token&, std::size_t pos);

/// A line of a scalar: where its text begins in the folded text, and where in the configuration.
struct folded_line {
  std::size_t text_at = 0;
  std::size_t source_at = 0;
};

struct folded_scalar {
  std::string text;
  std::vector<folded_line> lines;
};

/// What the plain or quoted scalar in `source` from `pos` to `end` stands for (YAML 1.2.2, sections 6.5 and 7.3): a
/// line break becomes a space, n of them in a row become n-1 line breaks, and spaces around them are dropped. The
/// scalar was scanned without a fault.
folded_scalar fold(std::string_view source, std::size_t pos, std::size_t end);

/// The lines of the scalar at `pos`, which was accepted; none when it stands on one line or is a text block. Lines that
/// only seem to belong to it may follow.
std::vector<folded_line> folded_lines(std::string_view source, std::size_t pos);

}  // namespace telltale::yaml
