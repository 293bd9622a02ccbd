// Token by token, over as many lines as there are.
#include "yaml/brackets.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace telltale::yaml {
namespace {

/// yaml-cpp keeps every token of an outermost collection (about 130 bytes) at once.
constexpr std::size_t max_values = 100'000;
constexpr std::size_t max_key_bytes = 256;

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// An address such as `[::]:9640`, which YAML takes for a list: where it ends, or 0.
std::size_t address_end(std::string_view text, std::size_t pos) {
  const auto close = text.find_first_not_of("0123456789abcdefABCDEF:.", pos + 1);
  if (text[close] != ']' || text[close + 1] != ':') return 0;
  if (text.substr(pos, close - pos).find(':') == std::string_view::npos) return 0;
  const auto end = text.find_first_not_of("0123456789", close + 2);
  return end == close + 2 ? 0 : end;
}

}  // namespace

std::optional<fault> too_long_key(std::size_t begin, std::size_t end) {
  if (end - begin <= max_key_bytes) return std::nullopt;
  return fault{begin, fmt::format("a key of {} bytes - keys have at most {}", end - begin, max_key_bytes)};
}

void bracket_guard::report(std::size_t pos, std::string message) {
  if (!broken_) out_.report(pos, std::move(message));
  broken_ = true;
}

std::optional<std::size_t> bracket_guard::follow(std::size_t pos, std::size_t indent) {
  const auto start = pos;
  indent_ = indent;
  first_line_ = text_.find('\n', pos);
  values_ = 0;
  after_item_ = left_ = broken_ = false;
  levels_.clear();
  begin_line(pos == 0 ? 0 : text_.rfind('\n', pos - 1) + 1);
  do {
    pos = skip_blanks(text_, pos);
    if (!at_line_end(text_, pos)) pos = take(pos);
    else if (!next_line(pos)) return std::nullopt;
    if (values_ > max_values)
      out_.stop(start, fmt::format("more than {} values inside one pair of brackets - write the list line by line, "
                                   "with '- ' before each item",
                                   max_values));
    if (left_ || out_.enough()) return std::nullopt;
  } while (!levels_.empty());
  reached_ = pos;
  return pos;
}

void bracket_guard::begin_line(std::size_t begin) {
  line_ = begin;
  line_indent_ = skip_blanks(text_, begin) - begin;
}

/// Goes on at the start of the next line, unless that is outside.
bool bracket_guard::next_line(std::size_t& pos) {
  const auto line_break = text_.find('\n', pos);
  pos = line_break + 1;
  if (pos == text_.size()) {
    not_closed("the file ends", line_break);
    return false;
  }
  begin_line(pos);
  const auto first = pos + line_indent_;
  const bool dash = text_[first] == '-' && blank_or_break(text_, first + 1);
  if (dash) not_closed(fmt::format("line {} starts an item with a dash", out_.source.at(first).line), line_break);
  else if (is_marker(text_, pos))
    not_closed(fmt::format("line {} is a document marker", out_.source.at(pos).line), line_break);
  return !left_;
}

std::size_t bracket_guard::take(std::size_t pos) {
  const char c = text_[pos];
  if (c == '[' || c == '{') {
    if (const auto end = c == '[' ? address_end(text_, pos) : 0; end > 0) {
      report(pos, "an IPv6 address in brackets has to be in quotes: \"[::]:9640\"");
      if (levels_.empty()) leave(first_line_);
      else begin_item(pos, end);
      return end;
    }
    open(pos);
  } else if (c == ']' || c == '}') {
    close(pos);
  } else if (c == ',') {
    if (!levels_.back().key && !levels_.back().colon) report(pos, "nothing before this ','");
    finish_entry(pos);
  } else if (c == ':' && (pos == quote_end_ || blank_or_break(text_, pos + 1) || is_one_of(text_[pos + 1], ",]}"))) {
    colon(pos);
  } else {
    return take_scalar(pos);
  }
  return pos + 1;
}

std::size_t bracket_guard::take_scalar(std::size_t pos) {
  if (auto refused = refused_start(text_, pos, context::flow)) {
    report(pos, std::move(refused->message));
    return text_[pos] == '#' ? text_.find('\n', pos) : pos + 1;
  }
  auto found = scan_scalar(text_, pos, context::flow, indent_);
  if (!begin_item(pos, found.end)) return pos;
  if (is_quote(text_[pos]) && found.closed) quote_end_ = found.end;
  if (found.wrong && !broken_) {
    broken_ = !is_quote(text_[pos]) || !found.closed;  // an escape leaves the brackets alone
    out_.report(std::move(*found.wrong));
  }
  if (const auto second = forgotten_separator(text_, pos, found))
    report(*second, "a ',' is missing before this, or the text has to be in quotes");
  if (found.closed) out_.add_scalar(pos, found.end);
  // An open quote hid the closing brackets of this line: the next line starts afresh.
  else if (found.end == first_line_) leave(first_line_);
  if (found.folded) begin_line(text_.rfind('\n', found.end) + 1);
  return std::max(found.end, pos + 1);
}

void bracket_guard::open(std::size_t pos) {
  if (!levels_.empty() && !begin_item(pos, pos)) return;
  after_item_ = false;
  levels_.push_back({.at = pos, .line_indent = line_indent_});
  if (levels_.size() > max_depth)
    out_.stop(pos, fmt::format("lists and maps are nested deeper than {} levels", max_depth));
}

void bracket_guard::close(std::size_t pos) {
  const auto opened = levels_.back().at;
  const char expected = text_[opened] == '{' ? '}' : ']';
  if (text_[pos] != expected) {
    report(pos, fmt::format("'{}' closes the '{}' of line {} - expected '{}'", text_[pos], text_[opened],
                            out_.source.at(opened).line, expected));
    return leave(text_.find('\n', pos));
  }
  finish_entry(pos);
  levels_.pop_back();
  after_item_ = true;
}

/// A list item, key or value. False when it stands where the bracket should have been closed: at the start of a line
/// that is not indented deeper than the line of the bracket.
bool bracket_guard::begin_item(std::size_t pos, std::size_t end) {
  auto& top = levels_.back();
  ++values_;
  if (after_item_ && !broken_) {
    const bool first = pos == line_ + line_indent_;
    if (first && top.at < line_ && line_indent_ <= top.line_indent) {
      not_closed(fmt::format("line {} is outside of it", out_.source.at(pos).line), line_ - 1);
      return false;
    }
    report(pos, "a ',' is missing before this, or the value has to be in quotes");
  }
  after_item_ = true;
  if (top.colon) return true;
  top.key = pos;
  top.key_end = end;
  return true;
}

void bracket_guard::colon(std::size_t pos) {
  auto& top = levels_.back();
  if (!top.key) {
    report(pos, "a key is missing before ':'");
  } else if (text_[top.at] == '[') {
    const auto begin = text_.rfind('\n', *top.key) + 1;
    if (!broken_ && top.at < begin && begin + top.line_indent >= *top.key)
      return not_closed(fmt::format("line {} is outside of it", out_.source.at(begin).line), begin - 1);
    report(*top.key, "a 'key: value' pair inside [ ] - write it in { }");
  } else if (top.colon) {
    report(pos, "a second ':' in one entry - a ',' is missing, or the value has to be in quotes");
  } else if (out_.source.at(*top.key).line != out_.source.at(top.key_end).line) {
    report(*top.key, "a key has to stand on one line");
  } else if (auto long_key = too_long_key(*top.key, top.key_end)) {
    report(*top.key, std::move(long_key->message));
  }
  top.colon = true;
  after_item_ = false;
}

void bracket_guard::finish_entry(std::size_t) {
  auto& top = levels_.back();
  if (text_[top.at] == '{' && top.key && !top.colon)
    report(*top.key, "expected 'key: value' - ': ' is missing (with a space after the colon)");
  top = {.at = top.at, .line_indent = top.line_indent};
  after_item_ = false;
}

/// What follows `line_break` is not part of the collection.
void bracket_guard::leave(std::size_t line_break) {
  reached_ = line_break;
  left_ = true;
}

void bracket_guard::not_closed(const std::string& why, std::size_t line_break) {
  const auto at = levels_.back().at;
  report(at, fmt::format("this '{}' is not closed: {} - add the missing '{}'", text_[at], why,
                         text_[at] == '{' ? '}' : ']'));
  leave(line_break);
}

}  // namespace telltale::yaml
