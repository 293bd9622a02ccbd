// Scans YAML scalars: finds their end, decodes their value and locates their parts. Pure functions.
//
// Every text must end with a line break, so that each other character has a successor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale::yaml {

/// The context of a scalar: block, or flow inside [ ] or { }, where more characters end it.
enum class context { block, flow };

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_quote(char c) { return c == '"' || c == '\''; }
inline bool blank_or_break(std::string_view text, std::size_t pos) { return is_blank(text[pos]) || text[pos] == '\n'; }
/// The first offset from `pos` on that is neither space nor tab.
std::size_t skip_blanks(std::string_view text, std::size_t pos);
/// Whether a line break or a comment (`#` at the start of the line or after a blank) is at `pos`.
bool at_line_end(std::string_view text, std::size_t pos);
/// Whether `---` or `...` at the start of a line is at `pos`.
bool is_marker(std::string_view text, std::size_t line);
/// The length of a character at `pos` that looks like a space but is not; 0 when there is no such character.
std::size_t foreign_space(std::string_view text, std::size_t pos);

inline constexpr std::string_view foreign_space_refused =
    "an invisible character that is not a space - replace it by an ordinary space";

struct fault {
  std::size_t at = 0;
  std::string message;
  bool harmless = false;  ///< the rest of the text is unambiguous
};

struct scalar {
  std::size_t end = 0;
  std::optional<fault> wrong;
  bool closed = true;   ///< false: its end is unknown, and `end` is the end of its first line
  bool folded = false;  ///< it continues in later lines, and `end` is in the last of them
};

/// The longest key: yaml-cpp rejects keys above 1024 bytes, and reports a wrong location.
std::optional<fault> too_long_key(std::size_t begin, std::size_t end);

/// Why a value cannot start with the character at `pos`; empty when it can.
std::optional<fault> refused_start(std::string_view text, std::size_t pos, context);

/// Scans the plain or quoted scalar at `pos`. Its continuation lines have at least `indent` spaces before their text.
/// A closing quote in a later line counts only if the text after it may follow a value, because a missing quote must
/// not swallow the rest of the file. A plain scalar ends before a line with a key, a comment, a tab or a bracket.
scalar scan_scalar(std::string_view text, std::size_t pos, context, std::size_t indent);

/// The second line of a plain scalar whose first line is short and a single word. Between list items this is more
/// likely a missing separator than a text: dumpers fold longer lines only.
std::optional<std::size_t> missing_separator(std::string_view text, std::size_t pos, const scalar&);

/// Decodes the scalar from `pos` to `end` (YAML 1.2.2, sections 5.7, 6.5 and 7.3), which was scanned without a problem.
/// yaml-cpp decodes `\_`, `\N` and line breaks before a closing quote differently, and no surrogates.
std::string scalar_text(std::string_view text, std::size_t pos, std::size_t end);

/// Replaces the surrogates of the double-quoted scalar from `pos` to `end`, in place, by escapes that yaml-cpp
/// supports.
void hide_surrogates(std::string& text, std::size_t pos, std::size_t end);

}  // namespace telltale::yaml

namespace telltale {

/// Whether a value spans several lines of its source text; a text block does not count.
bool spans_lines(const raw_value&, const source_text&);

/// The location of the byte `offset` of a value's text. It is exact in plain values on one line. In quotes and text
/// blocks, which have escapes and indentation, it is the location of the value. In a value that spans lines of
/// `spanned` it is exact for dollar signs, which are counted.
source_location location_in(const raw_value&, std::size_t offset, const source_text* spanned);

}  // namespace telltale
