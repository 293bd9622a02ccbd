// Quoted and plain scalars, and what may stand before them.
#include "yaml/token.hpp"

#include <fmt/format.h>

#include "yaml/escapes.hpp"
#include "yaml/folding.hpp"

namespace telltale::yaml {
namespace {

constexpr std::string_view flow_enders = ",[]{}?";  // '?' ends a plain scalar in yaml-cpp only, not in YAML

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// The escape whose backslash is at `pos`.
token scan_escape(std::string_view text, std::size_t pos) {
  const char letter = text[pos + 1];
  if (std::string_view("0abt\tnvfre \"/\\N_LPxuU").find(letter) == std::string_view::npos)
    return {pos + 2,
            fault{pos, fmt::format("'\\{}' is no escape in double quotes - double the backslash, or use single quotes",
                                   static_cast<unsigned char>(letter) < 0x80 ? std::string(1, letter) : "…")}};
  if (surrogate_pair(text, pos)) return {pos + surrogate_pair_size, std::nullopt};
  const auto digits = hex_digits_of(letter);
  for (std::size_t i = 0; i < digits; ++i)
    if (!is_hex(text[pos + 2 + i]))  // the line break stops it at the latest
      return {pos + 2 + i, fault{pos, fmt::format("'\\{}' needs {} hexadecimal digits", letter, digits)}};
  const auto code = std::string(text.substr(pos + 2, digits));
  const auto value = digits == 0 ? 0 : std::stoul(code, nullptr, 16);
  const bool half = value >= 0xD800 && value <= 0xDFFF;
  if (!half && value <= 0x10FFFF) return {pos + 2 + digits, std::nullopt};
  return {pos + 2 + digits, fault{pos, fmt::format("'\\{}{}' is {} - write the character itself", letter, code,
                                                   half ? "half of a surrogate pair" : "no character")}};
}

bool ends_plain_with_colon(std::string_view text, std::size_t pos, context where) {
  if (text[pos] != ':') return false;
  if (blank_or_break(text, pos + 1)) return true;
  return where == context::flow && std::string_view(",]}").find(text[pos + 1]) != std::string_view::npos;
}

std::optional<fault> judge_flow_ender(std::string_view text, std::size_t pos) {
  if (text[pos] == '{' && text[pos - 1] == '$')
    return fault{pos - 1, "inside [ ] or { } a value with ${...} has to be in quotes"};
  if (text[pos] == '?' || text[pos] == '[' || text[pos] == '{')
    return fault{pos, fmt::format("inside [ ] or {{ }} a value with '{}' has to be in quotes", text[pos])};
  return std::nullopt;
}

/// What stands behind a value, if it does not belong there.
bool has_text_behind(std::string_view text, std::size_t pos, context where) {
  pos = skip_blanks(text, pos);
  return !at_line_end(text, pos) &&
         (where == context::block || std::string_view(",]}").find(text[pos]) == std::string_view::npos);
}

/// Whether the line after the line break at `pos` ends a quoted text, and was not taken for a part of it.
bool closes_too_far_left(std::string_view text, std::size_t pos, char quote) {
  const auto begin = next_line(text, pos, 0);
  if (!begin) return false;
  const auto line = text.substr(*begin, text.find('\n', *begin) - *begin);
  const auto close = line.find(quote);
  return close != std::string_view::npos && at_line_end(text, skip_blanks(text, *begin + close + 1)) &&
         line.substr(0, close).find(": ") == std::string_view::npos;
}

}  // namespace

std::size_t foreign_space(std::string_view text, std::size_t pos) {
  for (std::string_view space : {"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x8B", "\xE2\x80\xAF", "\xE2\x81\xA0"})
    if (text.substr(pos).starts_with(space)) return space.size();
  return 0;
}

bool blank_or_break(std::string_view text, std::size_t pos) { return is_blank(text[pos]) || text[pos] == '\n'; }

std::size_t skip_blanks(std::string_view text, std::size_t pos) {
  while (is_blank(text[pos])) ++pos;
  return pos;
}

bool at_line_end(std::string_view text, std::size_t pos) {
  return text[pos] == '\n' || (text[pos] == '#' && (pos == 0 || blank_or_break(text, pos - 1)));
}

bool is_quote(char c) { return c == '"' || c == '\''; }

std::size_t hex_digits_of(char escape) { return escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0; }

token scan_quoted(std::string_view text, std::size_t pos, context where, std::size_t indent) {
  const char quote = text[pos];
  token scanned;
  std::optional<std::size_t> next = pos + 1;
  std::size_t last = pos;
  while (next) {
    const auto i = last = *next;
    if (text[i] == '\n') {
      scanned.folded = true;
      next = next_line(text, i, indent);
    } else if (quote == '"' && text[i] == '\\' && text[i + 1] != '\n') {
      auto escape = scan_escape(text, i);
      if (escape.wrong && !scanned.wrong) scanned.wrong = escape.wrong;
      next = escape.end;
    } else if (text[i] != quote) {
      next = i + 1;
    } else if (quote == '\'' && text[i + 1] == quote) {
      next = i + 2;
    } else {
      scanned.end = i + 1;
      break;
    }
  }
  if (next && !(scanned.folded && has_text_behind(text, scanned.end, where))) return scanned;
  const auto* why = next ? ", and the next one has text behind it" : "";
  const auto* instead =
      !next && closes_too_far_left(text, last, quote) ? ", or indent the next lines deeper than the key" : "";
  return {text.find('\n', pos),
          fault{pos, fmt::format("this quote is not closed on its line{} - add the missing {}{}", why, quote, instead)},
          false};
}

token scan_plain(std::string_view text, std::size_t pos, context where) {
  if (foreign_space(text, pos) > 0) return {text.find('\n', pos), fault{pos, foreign_space_refused}, false};
  auto end = pos;
  for (auto i = pos; text[i] != '\n'; ++i) {
    if (ends_plain_with_colon(text, i, where) || (i > pos && at_line_end(text, i))) break;
    if (where == context::flow && flow_enders.find(text[i]) != std::string_view::npos)
      return {end, i == pos ? fault{pos, fmt::format("a value cannot start with '{}' here", text[i])}
                            : judge_flow_ender(text, i)};
    if (!is_blank(text[i])) end = i + 1;
  }
  return {end, std::nullopt};
}

std::optional<std::size_t> skip_bracketed_address(std::string_view text, std::size_t pos) {
  const auto close = text.find_first_not_of("0123456789abcdefABCDEF:.", pos + 1);
  if (text[pos] != '[' || text[close] != ']' || text[close + 1] != ':') return std::nullopt;
  if (text.substr(pos, close - pos).find(':') == std::string_view::npos) return std::nullopt;
  const auto end = text.find_first_not_of("0123456789", close + 2);
  return end == close + 2 ? std::nullopt : std::optional(end);
}

std::optional<std::size_t> skip_property(std::string_view text, std::size_t pos) {
  if (text[pos] != '&' && text[pos] != '!') return std::nullopt;
  while (!blank_or_break(text, pos)) ++pos;
  return skip_blanks(text, pos);
}

}  // namespace telltale::yaml
