// Scans flow collections token by token over any number of lines.
#include "yaml/brackets.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace telltale::yaml {
namespace {

/// yaml-cpp stores all tokens of an outermost collection (about 130 bytes each).
constexpr std::size_t max_values = 100'000;

/// The end of an address such as `[::]:9640`, which YAML parses as a list, or 0.
std::size_t address_end(std::string_view text, std::size_t pos) {
  const auto close = text.find_first_not_of("0123456789abcdefABCDEF:.", pos + 1);
  if (text[pos] != '[' || text[close] != ']' || text[close + 1] != ':') return 0;
  if (text.substr(pos, close - pos).find(':') == std::string_view::npos) return 0;
  const auto end = text.find_first_not_of("0123456789", close + 2);
  return end == close + 2 ? 0 : end;
}

class bracket_guard {
 public:
  bracket_guard(guarded& out, std::size_t indent) : out_(out), text_(out.source.text()), indent_(indent) {}

  bracket_end follow(std::size_t pos);

 private:
  struct level {
    std::size_t at = 0;           ///< of the bracket
    std::size_t line_indent = 0;  ///< of its line
  };

  void begin_line(std::size_t begin);
  void next_line(std::size_t& pos);
  std::size_t take(std::size_t pos);
  void close(std::size_t pos);
  std::size_t take_scalar(std::size_t pos);
  bool begin_item(std::size_t pos, std::size_t end);
  bool is_colon(std::size_t pos) const;
  void not_closed(std::size_t line_break);
  void report(fault found);

  guarded& out_;
  const std::string& text_;
  std::size_t indent_ = 0;
  std::vector<level> levels_;
  std::size_t line_ = 0;             ///< start of the current line
  std::size_t line_indent_ = 0;      ///< its indentation
  std::size_t first_line_ = 0;       ///< the end of the first line
  std::optional<std::size_t> left_;  ///< the last line break before text outside the collection
  std::size_t values_ = 0;
  std::size_t quote_end_ = 0;  ///< a ':' may follow it directly
  bool after_item_ = false;    ///< a ',' or ':' has to come before the next one
  bool broken_ = false;
};

void bracket_guard::report(fault found) {
  if (!broken_) out_.report(std::move(found));
  broken_ = true;
}

bracket_end bracket_guard::follow(std::size_t pos) {
  const auto start = pos;
  first_line_ = text_.find('\n', pos);
  begin_line(text_.rfind('\n', pos) + 1);
  do {
    pos = skip_blanks(text_, pos);
    if (at_line_end(text_, pos)) next_line(pos);
    else pos = take(pos);
    if (values_ > max_values) {
      report({start, fmt::format("more than {} values inside one pair of brackets - write the list line by line, with "
                                 "'- ' before each item",
                                 max_values)});
      out_.stopped = true;
    }
    if (left_ || out_.enough()) return {false, left_.value_or(pos)};
  } while (!levels_.empty());
  return {true, pos};
}

void bracket_guard::begin_line(std::size_t begin) {
  line_ = begin;
  line_indent_ = skip_blanks(text_, begin) - begin;
}

/// Continues at the start of the next line, unless that is outside the collection.
void bracket_guard::next_line(std::size_t& pos) {
  const auto line_break = text_.find('\n', pos);
  pos = line_break + 1;
  if (pos == text_.size()) return not_closed(line_break);
  begin_line(pos);
  const auto first = pos + line_indent_;
  if ((text_[first] == '-' && blank_or_break(text_, first + 1)) || is_marker(text_, pos)) not_closed(line_break);
}

bool bracket_guard::is_colon(std::size_t pos) const {
  return text_[pos] == ':' && (pos == quote_end_ || blank_or_break(text_, pos + 1) ||
                               std::string_view(",]}").find(text_[pos + 1]) != std::string_view::npos);
}

std::size_t bracket_guard::take(std::size_t pos) {
  const char c = text_[pos];
  if (const auto end = address_end(text_, pos); end > 0) {
    report({pos, "an IPv6 address in brackets has to be in quotes: \"[::]:9640\""});
    if (levels_.empty()) left_ = first_line_;
    return end;
  }
  if (c == '[' || c == '{') {
    if (!levels_.empty() && !begin_item(pos, pos)) return pos;
    levels_.push_back({pos, line_indent_});
    if (levels_.size() > max_depth)
      out_.stop(pos, fmt::format("lists and maps are nested deeper than {} levels", max_depth));
    after_item_ = false;
  } else if (c == ']' || c == '}') {
    close(pos);
  } else if (c == ',' || is_colon(pos)) {
    if (!std::exchange(after_item_, false)) ++values_;
  } else {
    return take_scalar(pos);
  }
  return pos + 1;
}

void bracket_guard::close(std::size_t pos) {
  const char opened = text_[levels_.back().at];
  if ((opened == '{') != (text_[pos] == '}')) {
    report({pos, fmt::format("'{}' closes the '{}' of line {}", text_[pos], opened,
                             out_.source.at(levels_.back().at).line)});
    left_ = text_.find('\n', pos);
  }
  levels_.pop_back();
  after_item_ = true;
}

std::size_t bracket_guard::take_scalar(std::size_t pos) {
  if (auto refused = refused_start(text_, pos, context::flow)) {
    report(std::move(*refused));
    return text_[pos] == '#' ? text_.find('\n', pos) : pos + 1;
  }
  auto found = scan_scalar(text_, pos, context::flow, indent_);
  if (!begin_item(pos, found.end)) return pos;
  if (is_quote(text_[pos]) && found.closed) quote_end_ = found.end;
  if (found.wrong && !broken_) {
    broken_ = !is_quote(text_[pos]) || !found.closed;  // a bad escape does not affect the brackets
    out_.report(std::move(*found.wrong));
  }
  if (const auto second = missing_separator(text_, pos, found))
    report({*second, "a ',' is missing before this, or the text has to be in quotes"});
  if (is_colon(skip_blanks(text_, found.end)))
    if (auto long_key = too_long_key(pos, found.end)) report(std::move(*long_key));
  if (found.closed) out_.add_scalar(pos, found.end);
  // An open quote hid the closing brackets of this line: restart at the next line.
  else if (found.end == first_line_) left_ = first_line_;
  if (found.folded) begin_line(text_.rfind('\n', found.end) + 1);
  return std::max(found.end, pos + 1);
}

/// Scans a list item, key or value. False at the start of a line that is not indented deeper than the line of the
/// bracket: the closing bracket is missing.
bool bracket_guard::begin_item(std::size_t pos, std::size_t end) {
  ++values_;
  const auto& top = levels_.back();
  const bool outside = pos == line_ + line_indent_ && top.at < line_ && line_indent_ <= top.line_indent;
  if (outside && !broken_ && (after_item_ || (text_[top.at] == '[' && is_colon(end)))) {
    not_closed(line_ - 1);
    return false;
  }
  if (after_item_) report({pos, "a ',' is missing before this, or the value has to be in quotes"});
  after_item_ = true;
  return true;
}

void bracket_guard::not_closed(std::size_t line_break) {
  const auto at = levels_.back().at;
  report({at, fmt::format("this '{}' is not closed before the end of line {} - add the missing '{}'", text_[at],
                          out_.source.at(line_break).line, text_[at] == '{' ? '}' : ']')});
  left_ = line_break;
}

}  // namespace

bracket_end guard_brackets(guarded& out, std::size_t pos, std::size_t indent) {
  return bracket_guard(out, indent).follow(pos);
}

}  // namespace telltale::yaml
