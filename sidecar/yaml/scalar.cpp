// Implements the lexical rules of scalars, line folding and the escapes of double quotes.
#include "yaml/scalar.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace telltale::yaml {
namespace {

/// Dumpers fold lines near this length.
constexpr std::size_t long_line = 72;
constexpr std::size_t max_key_bytes = 256;
constexpr std::size_t short_escape = 6;  // of \uXXXX, two of which make a character beyond U+FFFF

struct escape {
  std::size_t size = 2;
  std::uint32_t code = 0;
  std::string wrong;  ///< why it is not valid
};

std::optional<std::uint32_t> hex(std::string_view text, std::size_t pos, std::size_t digits) {
  std::uint32_t code = 0;
  const auto* end = text.data() + pos + digits;
  if (pos + digits > text.size() || std::from_chars(text.data() + pos, end, code, 16).ptr != end) return std::nullopt;
  return code;
}

bool is_half(std::uint32_t code, std::uint32_t first) { return code >= first && code < first + 0x400; }

escape hex_escape(std::string_view text, std::size_t pos, std::size_t digits) {
  const char letter = text[pos + 1];
  const auto code = hex(text, pos + 2, digits);
  if (!code) return {2, 0, fmt::format("'\\{}' needs {} hexadecimal digits", letter, digits)};
  if (letter == 'u' && is_half(*code, 0xD800) && text.substr(pos + short_escape, 2) == "\\u") {  // RFC 8259, section 7
    const auto low = hex(text, pos + short_escape + 2, 4);
    if (low && is_half(*low, 0xDC00))
      return {2 * short_escape, 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00), {}};
  }
  escape found{2 + digits, *code, {}};
  const bool half = is_half(*code, 0xD800) || is_half(*code, 0xDC00);
  if (half || *code > 0x10FFFF)
    found.wrong = fmt::format("'{}' is {} - write the character itself", text.substr(pos, found.size),
                              half ? "half of a surrogate pair" : "no character");
  return found;
}

/// Parses the escape whose backslash is at `pos`; it is not an escaped line break.
escape escape_at(std::string_view text, std::size_t pos) {
  constexpr std::string_view letters = "0abt\tnvfre \"/\\N_LP";
  constexpr std::uint32_t codes[] = {0,  7,   8,   9,   9,    10,   11,   12,     13,
                                     27, ' ', '"', '/', '\\', 0x85, 0xA0, 0x2028, 0x2029};
  const char letter = text[pos + 1];
  if (const auto index = letters.find(letter); index != std::string_view::npos) return {2, codes[index], {}};
  if (letter == 'x' || letter == 'u' || letter == 'U')
    return hex_escape(text, pos, letter == 'x' ? 2 : letter == 'u' ? 4 : 8);
  return {
      2, 0,
      fmt::format("'\\{}' is not a valid escape sequence in double quotes - double the backslash, or use single quotes",
                  static_cast<unsigned char>(letter) < 0x80 ? std::string(1, letter) : "…")};
}

/// Not a carriage return: lines of SMTP, Redis and other protocols end in "\r\n".
bool is_control(std::uint32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) out += static_cast<char>(c);
  else if (c < 0x800) out += {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  else if (c < 0x10000) out += {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  else out += {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

/// Finds the dollar sign, or the escape of one, with index `skip` in the scalar at `pos`; it must exist.
std::size_t nth_dollar(std::string_view text, std::size_t pos, std::ptrdiff_t skip) {
  const bool escapes = text[pos] == '"';
  for (std::size_t size = 1; pos < text.size(); pos += size) {
    bool dollar = text[pos] == '$';
    size = 1;
    if (escapes && text[pos] == '\\' && text[pos + 1] != '\n') {
      const auto found = escape_at(text, pos);
      dollar = found.code == '$';
      size = found.size;
    }
    if (dollar && skip-- == 0) break;
  }
  return pos;
}

/// The first character of the next line with text after the line break at `pos`; empty when the scalar ends before
/// that line.
std::optional<std::size_t> next_line(std::string_view text, std::size_t pos, std::size_t indent) {
  const auto first = text.find_first_not_of(" \t\n", pos);
  if (first == std::string_view::npos) return std::nullopt;
  const auto begin = text.rfind('\n', first) + 1;
  const auto spaces = text.find_first_not_of(' ', begin) - begin;
  return spaces < indent || is_marker(text, begin) ? std::nullopt : std::optional(begin + spaces);
}

/// Whether text follows that is not valid after a value.
bool has_text_behind(std::string_view text, std::size_t pos, context where) {
  pos = skip_blanks(text, pos);
  return !at_line_end(text, pos) &&
         (where == context::block || std::string_view(",]}").find(text[pos]) == std::string_view::npos);
}

/// Validates the escape at `pos`, in a line whose text starts at `line`, and returns its end.
std::size_t judge_escape(std::string_view text, std::size_t pos, std::size_t line, std::optional<fault>& wrong) {
  auto found = escape_at(text, pos);
  if (wrong && !wrong->harmless) return pos + found.size;
  if (!found.wrong.empty()) wrong = fault{pos, std::move(found.wrong)};
  else if (is_control(found.code) && !wrong) wrong = fault{line, "the value contains a control character", true};
  return pos + found.size;
}

scalar scan_quoted(std::string_view text, std::size_t pos, context where, std::size_t indent) {
  const char quote = text[pos];
  scalar found;
  auto line = pos;
  auto next = std::optional(pos + 1);
  while (next && found.end == 0) {
    const auto i = *next;
    if (text[i] == '\n' || (quote == '"' && text[i] == '\\' && text[i + 1] == '\n')) {
      found.folded = true;
      next = next_line(text, text[i] == '\n' ? i : i + 1, indent);
      line = next.value_or(line);
    } else if (quote == '"' && text[i] == '\\') {
      next = judge_escape(text, i, line, found.wrong);
    } else if (text[i] != quote) {
      next = i + 1;
    } else if (quote == '\'' && text[i + 1] == quote) {
      next = i + 2;
    } else {
      found.end = i + 1;
    }
  }
  if (next && !(found.folded && has_text_behind(text, found.end, where))) return found;
  return {
      text.find('\n', pos),
      fault{pos, fmt::format("this quote is not closed - add the missing {}, or indent the lines that the text goes "
                             "on in deeper than its key",
                             quote)},
      false};
}

/// Scans one line of a plain scalar, without trailing blanks. It ends as in yaml-cpp, also before a '?' in brackets.
scalar scan_plain(std::string_view text, std::size_t pos, context where) {
  const bool flow = where == context::flow;
  scalar found{pos, std::nullopt};
  for (auto i = pos; text[i] != '\n'; ++i) {
    const char c = text[i];
    if (c == ':' &&
        (blank_or_break(text, i + 1) || (flow && std::string_view(",]}").find(text[i + 1]) != std::string_view::npos)))
      break;
    if (i > pos && at_line_end(text, i)) break;
    if (flow && std::string_view(",[]{}?").find(c) != std::string_view::npos) {
      const auto at = c == '{' && i > pos && text[i - 1] == '$' ? i - 1 : i;
      if (c == '[' || c == '{' || c == '?')
        found.wrong = fault{at, fmt::format("inside [ ] or {{ }} a value with '{}' has to be in quotes",
                                            at == i ? std::string_view(&text[i], 1) : "${...}")};
      break;
    }
    if (!is_blank(c)) found.end = i + 1;
  }
  return found;
}

scalar scan_plain_lines(std::string_view text, std::size_t pos, context where, std::size_t indent) {
  if (foreign_space(text, pos) > 0)
    return {text.find('\n', pos), fault{pos, std::string(foreign_space_refused)}, false};
  auto found = scan_plain(text, pos, where);
  for (;;) {
    const auto end = skip_blanks(text, found.end);
    const auto next = !found.wrong && text[end] == '\n' ? next_line(text, end, indent) : std::nullopt;
    if (!next || text[*next] == '#' || text[*next] == '\t') return found;
    auto line = scan_plain(text, *next, where);
    if (line.end == *next || text[skip_blanks(text, line.end)] == ':') return found;
    found = std::move(line);
    found.folded = true;
  }
}

}  // namespace

std::size_t skip_blanks(std::string_view text, std::size_t pos) {
  while (is_blank(text[pos])) ++pos;
  return pos;
}

bool at_line_end(std::string_view text, std::size_t pos) {
  return text[pos] == '\n' || (text[pos] == '#' && (pos == 0 || blank_or_break(text, pos - 1)));
}

bool is_marker(std::string_view text, std::size_t line) {
  const auto mark = text.substr(line, 3);
  return (mark == "---" || mark == "...") && blank_or_break(text, line + 3);
}

std::size_t foreign_space(std::string_view text, std::size_t pos) {
  for (const std::string_view space : {"\u00a0", "\u3000", "\u200b", "\u202f", "\u2060"})
    if (text.substr(pos).starts_with(space)) return space.size();
  return 0;
}

std::optional<fault> too_long_key(std::size_t begin, std::size_t end) {
  if (end - begin <= max_key_bytes) return std::nullopt;
  return fault{begin, fmt::format("a key of {} bytes - keys have at most {}", end - begin, max_key_bytes)};
}

std::optional<fault> refused_start(std::string_view text, std::size_t pos, context where) {
  const bool flow = where == context::flow;
  const char c = text[pos];
  for (const std::string_view name : {"&anchor", "*alias", "!tag"})
    if (c == name[0])
      return fault{pos,
                   fmt::format("'{}' starts a YAML {}, which is not supported - put the value in quotes if it is meant "
                               "as text",
                               c, name.substr(1)),
                   true};
  if (c == '#') return fault{pos, "a comment needs a blank before its '#' - add one, or put the value in quotes"};
  if (c == '?' && (flow || blank_or_break(text, pos + 1)))
    return fault{pos, "'? ' starts a complex key; write 'key: value'"};
  const bool dash = flow && c == '-' && (blank_or_break(text, pos + 1) || text[pos + 1] == ',');
  if (dash || std::string_view(flow ? "%@`|>" : "%@`,]}").find(c) != std::string_view::npos)
    return fault{pos, fmt::format("a value cannot start with '{}' here - put it in quotes", c)};
  return std::nullopt;
}

scalar scan_scalar(std::string_view text, std::size_t pos, context where, std::size_t indent) {
  return is_quote(text[pos]) ? scan_quoted(text, pos, where, indent) : scan_plain_lines(text, pos, where, indent);
}

std::optional<std::size_t> missing_separator(std::string_view text, std::size_t pos, const scalar& found) {
  if (!found.folded || is_quote(text[pos])) return std::nullopt;
  const auto line_end = text.find('\n', pos);
  const auto word_end = text.find_first_of(" \t\n", pos);
  if (skip_blanks(text, word_end) != line_end || line_end - (text.rfind('\n', pos) + 1) >= long_line)
    return std::nullopt;
  return next_line(text, line_end, 0);
}

std::string scalar_text(std::string_view text, std::size_t pos, std::size_t end) {
  const char quote = is_quote(text[pos]) ? text[pos] : '\0';
  if (quote != '\0') ++pos, --end;
  std::string out;
  std::size_t kept = 0;  // excludes blanks that a line break drops
  while (pos < end) {
    const char c = text[pos];
    const bool escaped = quote == '"' && c == '\\';
    if (c == '\n' || (escaped && text[pos + 1] == '\n')) {
      if (escaped) ++pos;
      else out.resize(kept);
      std::size_t breaks = 0;
      for (; pos < end && blank_or_break(text, pos); ++pos) breaks += text[pos] == '\n' ? 1 : 0;
      if (breaks > 1) out.append(breaks - 1, '\n');
      else if (!escaped) out += ' ';
      kept = out.size();
    } else if (escaped) {
      const auto meant = escape_at(text, pos);
      append_utf8(out, meant.code);
      pos += meant.size;
      kept = out.size();  // an escaped blank is kept
    } else {
      out += c;
      if (!is_blank(c)) kept = out.size();
      pos += quote == '\'' && c == '\'' ? 2 : 1;
    }
  }
  return out;
}

void hide_surrogates(std::string& text, std::size_t pos, std::size_t end) {
  for (++pos; pos + 1 < end; ++pos) {
    if (text[pos] != '\\') continue;
    if (text[pos + 1] != '\n' && escape_at(text, pos).size == 2 * short_escape)
      text[pos + 2] = text[pos + short_escape + 2] = '0';
    ++pos;
  }
}

}  // namespace telltale::yaml

namespace telltale {

bool spans_lines(const raw_value& value, const source_text& source) {
  if (!value.quoted) return false;
  const std::string_view text = source.text();
  const auto begin = source.offset(value.at);
  if (text[begin] == '|' || text[begin] == '>') return false;
  const auto line = text.substr(0, text.find('\n', begin) + 1);
  return !yaml::is_quote(text[begin]) || !yaml::scan_scalar(line, begin, yaml::context::flow, 0).closed;
}

source_location location_in(const raw_value& value, std::size_t offset, const source_text* spanned) {
  const auto before = std::string_view(value.text).substr(0, offset);
  auto at = value.at;
  if (spanned)
    return spanned->at(yaml::nth_dollar(spanned->text(), spanned->offset(at), std::ranges::count(before, '$')));
  if (!value.quoted)
    at.column += static_cast<int>(std::ranges::count_if(before, [](char c) { return (c & 0xC0) != 0x80; }));
  return at;
}

}  // namespace telltale
