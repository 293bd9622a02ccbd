// The tokens of the YAML subset the configuration is written in. Pure functions over one text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::yaml {

/// Where a token stands: on lines of their own (block), or inside [ ] or { } (flow), where more characters end it.
enum class context { block, flow };

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool blank_or_break(std::string_view text, std::size_t pos);
/// The first offset from `pos` that is neither space nor tab.
std::size_t skip_blanks(std::string_view text, std::size_t pos);
/// At a line break or a comment (`#` at the start of the line or after a blank).
bool at_line_end(std::string_view text, std::size_t pos);
bool is_quote(char c);
/// The bytes of a character at `pos` that looks like a space and is none; 0 when there is no such character.
std::size_t foreign_space(std::string_view text, std::size_t pos);
inline constexpr const char* foreign_space_refused =
    "an invisible character that is not a space - replace it by an ordinary space";
/// Of the escapes `\x`, `\u` and `\U` in double quotes; 0 of the others.
std::size_t hex_digits_of(char escape);

/// What is wrong with a token, and where.
struct fault {
  std::size_t at = 0;
  std::string message;
};

/// Where a token ends, or why it is none.
struct token {
  std::size_t end = 0;
  std::optional<fault> wrong;
  bool closed = true;   ///< false: nobody can say where it ends, and `end` is the end of its first line
  bool folded = false;  ///< it goes on in later lines, and `end` is in the last of them
};

/// A quoted scalar at `pos`. Lines that it goes on in have at least `indent` spaces before their text, and nothing but
/// a comment or what may follow a value stands behind a quote that closes it there: one forgotten quote must not
/// swallow the rest of the file.
token scan_quoted(std::string_view text, std::size_t pos, context, std::size_t indent);

/// The line of a plain scalar at `pos`, without trailing blanks. It is judged by what stops it, as yaml-cpp stops it
/// there too.
token scan_plain(std::string_view text, std::size_t pos, context);

/// An address such as `[::]:9640` at `pos`, which YAML takes for a list: the offset after it. Nothing when it is none.
std::optional<std::size_t> skip_bracketed_address(std::string_view text, std::size_t pos);

/// `&name` and `!tag` stand before a value: the offset of that value. Nothing when there is neither.
std::optional<std::size_t> skip_property(std::string_view text, std::size_t pos);

}  // namespace telltale::yaml
