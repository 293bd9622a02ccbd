// One sentence for each slip that people make.
#include "yaml/advice.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace telltale::yaml {
namespace {

std::string_view key_word(std::string_view token) {
  return token.substr(0, token.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
}

}  // namespace

std::optional<std::string> too_long_key(std::size_t bytes) {
  if (bytes <= max_key_bytes) return std::nullopt;
  return fmt::format("a key of {} bytes - keys have at most {}", bytes, max_key_bytes);
}

std::optional<std::string> refused_start(std::string_view text, std::size_t pos, context where) {
  const char c = text[pos];
  const auto quote_it = " - put the value in quotes if it is meant as text";
  if (c == '&') return fmt::format("'&' starts a YAML anchor; anchors are not used here{}", quote_it);
  if (c == '*') return fmt::format("'*' starts a YAML alias; aliases are not used here{}", quote_it);
  if (c == '!') return fmt::format("'!' starts a YAML tag; tags are not used here{}", quote_it);
  if (c == '%' || c == '@' || c == '`') return fmt::format("a value cannot start with '{}' - put it in quotes", c);
  if (c == '#') return "a comment needs a blank before its '#' - add one, or put the value in quotes";
  if (where == context::flow && (c == '|' || c == '>'))
    return fmt::format("'{}' starts a text block, which cannot stand inside [ ] or {{ }} - use quotes", c);
  if (where == context::block && (c == ',' || c == ']' || c == '}'))
    return fmt::format("'{}' without an opening bracket before it", c);
  if (c == '?' && blank_or_break(text, pos + 1)) return "'? ' starts a complex key; write 'key: value'";
  if (c == '-' && where == context::flow && (blank_or_break(text, pos + 1) || text[pos + 1] == ','))
    return "'- ' starts a list item, which cannot stand inside [ ] or { } - separate by commas";
  return std::nullopt;
}

std::size_t foreign_dash(std::string_view text, std::size_t pos) {
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\u2022"})
    if (text.substr(pos).starts_with(dash) && blank_or_break(text, pos + dash.size())) return dash.size();
  return 0;
}

std::string foreign_dash_refused(std::string_view dash) {
  return fmt::format(
      "'{}' starts no list item - write the '-' of the keyboard, or put the value in quotes if it is meant as text",
      dash);
}

std::string after_value(std::string_view text, std::size_t pos, char before) {
  const char c = text[pos];
  if (c == '#') return "a comment needs a blank before its '#'";
  if (c == ']' || c == '}') return fmt::format("'{}' without an opening bracket before it", c);
  if (c == ':' && is_quote(before)) return "write a space after this colon";
  if (before == '"') return "text after the closing quote - write \\\" for a quote inside double quotes";
  if (before == '\'') return "text after the closing quote - write '' for a quote inside single quotes";
  return "text after the closing bracket - a value that starts with '[' or '{' has to be in quotes";
}

std::string colon_without_space(std::string_view token) {
  const auto word = key_word(token);
  const auto rest = token.substr(word.size());
  if (word.empty() || !rest.starts_with(':') || rest.starts_with("://")) return {};
  return fmt::format("expected 'key: value' - write a space after the colon of '{}:'", word.substr(0, 40));
}

std::string neither_key_nor_value(std::string_view token) {
  if (auto colon = colon_without_space(token); !colon.empty()) return colon;
  return "expected 'key: value' - a ':' is missing, or the value before goes on (longer text goes in quotes on one "
         "line, or in a '|' block)";
}

std::string_view word_alone(std::string_view text, std::size_t pos) {
  const auto word = key_word(text.substr(pos));
  return text[skip_blanks(text, pos + word.size())] == '\n' ? word : std::string_view();
}

std::string_view null_word(std::string_view text, std::size_t pos) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    const auto rest = text.substr(std::min(pos, text.size()));
    if (rest.starts_with(word) && rest.size() > word.size() &&
        std::string_view(" \t\n,]}").find(rest[word.size()]) != std::string_view::npos)
      return word;
  }
  return {};
}

}  // namespace telltale::yaml
