// Scalars of the configuration's YAML: where one ends, what it stands for, and where its parts are. Pure functions.
//
// Every text ends with a line break, so that the character behind any other one can be looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale::yaml {

/// Where a scalar stands: on lines of their own (block), or inside [ ] or { } (flow), where more characters end it.
enum class context { block, flow };

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_quote(char c) { return c == '"' || c == '\''; }
inline bool blank_or_break(std::string_view text, std::size_t pos) { return is_blank(text[pos]) || text[pos] == '\n'; }
/// The first offset from `pos` that is neither space nor tab.
std::size_t skip_blanks(std::string_view text, std::size_t pos);
/// At a line break or a comment (`#` at the start of the line or after a blank).
bool at_line_end(std::string_view text, std::size_t pos);
/// `---` or `...` at the start of a line.
bool is_marker(std::string_view text, std::size_t line);
/// The bytes of a character at `pos` that looks like a space and is none; 0 when there is no such character.
std::size_t foreign_space(std::string_view text, std::size_t pos);

inline constexpr std::string_view foreign_space_refused =
    "an invisible character that is not a space - replace it by an ordinary space";

struct fault {
  std::size_t at = 0;
  std::string message;
  bool harmless = false;  ///< the rest of the text is clear all the same
};

struct scalar {
  std::size_t end = 0;
  std::optional<fault> wrong;
  bool closed = true;   ///< false: its end is unknown, and `end` is that of its first line
  bool folded = false;  ///< it goes on in later lines, and `end` is in the last of them
};

/// Keys are short: yaml-cpp reads none beyond 1024 bytes, and says so in a strange place.
std::optional<fault> too_long_key(std::size_t begin, std::size_t end);

/// Why no value of this configuration starts with the character at `pos`; nothing when one may.
std::optional<fault> refused_start(std::string_view text, std::size_t pos, context);

/// The plain or quoted scalar at `pos`. Lines that it goes on in have at least `indent` spaces before their text.
/// Behind a quote that closes it in a later line stands only what may follow a value, because a forgotten quote must
/// not swallow the rest of the file; a plain one ends before a line with a key, a comment, a tab or a bracket.
scalar scan_scalar(std::string_view text, std::size_t pos, context, std::size_t indent);

/// The second line of a plain scalar whose first one is a single word on a short line. Between the items of a list that
/// is more often a forgotten separator than a text: a dumper folds longer lines only.
std::optional<std::size_t> forgotten_separator(std::string_view text, std::size_t pos, const scalar&);

/// What the scalar from `pos` to `end` stands for (YAML 1.2.2, sections 5.7, 6.5 and 7.3). It was scanned without a
/// fault. yaml-cpp reads `\_`, `\N` and line breaks before a closing quote otherwise, and no surrogates.
std::string scalar_text(std::string_view text, std::size_t pos, std::size_t end);

/// Replaces the surrogates of the double-quoted scalar from `pos` to `end`, in place, by escapes that yaml-cpp reads.
void hide_surrogates(std::string& text, std::size_t pos, std::size_t end);

}  // namespace telltale::yaml

namespace telltale {

/// Whether a value goes on over several lines of the text that it was read from; a text block does not count.
bool spans_lines(const raw_value&, const source_text&);

/// The place of the byte `offset` of a value's text. It is exact in plain values on one line. In quotes and text
/// blocks, where escapes and indentation hide it, it is that of the value. In a value that spans lines of `spanned` it
/// is exact for dollar signs, which are counted.
place place_in(const raw_value&, std::size_t offset, const source_text* spanned);

}  // namespace telltale
