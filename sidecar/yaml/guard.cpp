// Validates block layout line by line, with the column of the last key or dash.
#include "yaml/guard.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "yaml/brackets.hpp"

namespace telltale::yaml {
namespace {

constexpr auto nowhere = std::string::npos;
constexpr const char* missing_colon = "expected 'key: value' - ': ' is missing (with a space after the colon)";

class block_guard {
 public:
  explicit block_guard(guarded& out) : out_(out), text_(out.source.text()) {}

  void run();

 private:
  void line();
  bool marker();
  void entry(std::size_t pos);
  std::size_t dash(std::size_t pos);
  std::optional<std::size_t> dashes(std::size_t pos);
  void begin_node(std::size_t pos, std::size_t possible_key);
  bool fits(std::size_t pos);
  void key_or_value(std::size_t start, std::size_t pos, bool item);
  void value(std::size_t pos);
  void brackets(std::size_t pos);
  void text_block(std::size_t pos);
  std::optional<scalar> take_scalar(std::size_t pos);
  std::size_t skip_properties(std::size_t pos);
  bool refused(std::size_t pos);
  void line_end(std::size_t pos);
  void report_misplaced(std::size_t pos, std::string message);

  bool is_dash(std::size_t pos) const { return text_[pos] == '-' && blank_or_break(text_, pos + 1); }
  bool is_colon(std::size_t pos) const { return text_[pos] == ':' && blank_or_break(text_, pos + 1); }
  std::size_t column(std::size_t pos) const { return pos - begin_ + 1; }
  int line_of(std::size_t pos) const { return out_.source.at(pos).line; }

  guarded& out_;
  const std::string& text_;
  std::size_t begin_ = 0;               ///< of the current line
  std::size_t reached_ = 0;             ///< the end of a value that continues in later lines
  std::size_t level_ = 0;               ///< the column of the last key or dash
  bool awaiting_ = true;                ///< that key or dash, or initially the document, has no value yet
  std::size_t empty_dash_ = nowhere;    ///< a dash without a value so far
  std::size_t possible_key_ = nowhere;  ///< the value of the previous line, which may be a key without colon
  int misplaced_line_ = 0;              ///< the last line that is neither key nor value
  bool columns_unreliable_ = false;     ///< later wrong columns are consequences of an earlier problem
  bool unmatched_close_ = false;        ///< a closing bracket may follow without its opening bracket
  bool content_seen_ = false;
};

void block_guard::run() {
  for (std::size_t next = 0; next < text_.size() && !out_.enough(); begin_ = next) {
    line();
    next = text_.find('\n', std::max(begin_, reached_)) + 1;
  }
  level_ = column(begin_);
  if (!out_.enough()) begin_node(begin_, nowhere);
}

void block_guard::line() {
  if (marker()) return;
  const auto first = text_.find_first_not_of(' ', begin_);
  if (at_line_end(text_, first)) return;
  if (text_[begin_] == '%')
    return out_.report(begin_, "a YAML directive; directives are not supported - remove the line");
  content_seen_ = true;
  if (text_[first] != '\t') return entry(first);
  columns_unreliable_ = true;
  out_.report(first, "a tab in the indentation - use spaces");
}

/// At most one `---`, because there is one configuration; the reader reports text after `...`.
bool block_guard::marker() {
  if (!is_marker(text_, begin_)) return false;
  const auto behind = skip_blanks(text_, begin_ + 3);
  if (text_[begin_] == '-' && std::exchange(content_seen_, true))
    out_.stop(begin_, "a second YAML document starts here - one file holds one configuration");
  else if (!at_line_end(text_, behind)) out_.report(behind, "text after a document marker - put it on the next line");
  return true;
}

void block_guard::entry(std::size_t pos) {
  if (unmatched_close_ && (text_[pos] == ']' || text_[pos] == '}')) return;
  const auto start = dashes(pos);
  if (!start) return;
  const bool item = *start != pos;
  pos = skip_properties(*start);
  if (at_line_end(text_, pos)) return;
  if (is_colon(pos)) return report_misplaced(pos, "a key is missing before ':'");
  if (refused(pos)) {
    misplaced_line_ = line_of(pos);
    columns_unreliable_ = true;
    return;
  }
  const char c = text_[pos];
  if (c != '[' && c != '{' && c != '|' && c != '>') return key_or_value(*start, pos, item);
  possible_key_ = nowhere;
  if ((c == '|' || c == '>') && !item)
    return out_.report(pos, fmt::format("'{}' has to stand on the line of its key: 'key: {}'", c, c));
  if (!item && !fits(pos)) out_.report(pos, "expected 'key: value' - a key is missing before this");
  awaiting_ = false;
  if (c == '|' || c == '>') text_block(pos);
  else brackets(pos);
}

/// The length of the mark of a list item; a character that only looks like a mark is reported.
std::size_t block_guard::dash(std::size_t pos) {
  if (is_dash(pos)) return 1;
  const auto rest = std::string_view(text_).substr(pos);
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\u2022"})
    if (rest.starts_with(dash) && blank_or_break(text_, pos + dash.size())) {
      out_.report(pos, fmt::format("'{}' does not start a list item - write '-', or put the value in quotes", dash));
      return dash.size();
    }
  const auto space = text_[pos] == '-' ? foreign_space(text_, pos + 1) : 0;
  if (space > 0) out_.report(pos + 1, std::string(foreign_space_refused));
  return space > 0 ? 1 + space : 0;
}

/// Handles the list item marks at the start of the line; the position of the text after them, if any.
std::optional<std::size_t> block_guard::dashes(std::size_t pos) {
  for (auto width = dash(pos); width > 0; width = is_dash(pos) ? 1 : 0) {
    begin_node(pos, std::exchange(possible_key_, nowhere));
    awaiting_ = true;
    const auto next = skip_blanks(text_, pos + width);
    if (at_line_end(text_, next)) {
      empty_dash_ = pos;
      return std::nullopt;
    }
    if (const auto tab = std::string_view(text_).substr(pos, next - pos).find('\t'); tab != nowhere) {
      out_.report(pos + tab, "a tab after '-' - use a space");
      return std::nullopt;
    }
    pos = next;
  }
  return pos;
}

/// Handles a key or dash, or the end of the text. It may be deeper than the last one only if that has no value yet.
void block_guard::begin_node(std::size_t pos, std::size_t possible_key) {
  const auto own = column(pos);
  const auto empty = std::exchange(empty_dash_, nowhere);
  if (empty != nowhere && !columns_unreliable_ && own <= level_)
    out_.report(empty, "this list item is empty - write a value after '- ', or remove it");
  if (own > level_ && !awaiting_ && !columns_unreliable_) {
    columns_unreliable_ = true;
    if (possible_key != nowhere) out_.report(possible_key, missing_colon);
    else out_.report(pos, "wrong indentation: the line before already has its value");
  }
  level_ = own;
  awaiting_ = false;
}

/// Whether a value without a key is valid at `pos`.
bool block_guard::fits(std::size_t pos) {
  empty_dash_ = nowhere;
  return columns_unreliable_ || (std::exchange(awaiting_, false) && column(pos) > level_);
}

/// `start` is the position of the first anchor or tag of a key, if any, which determines its column.
void block_guard::key_or_value(std::size_t start, std::size_t pos, bool item) {
  const auto possible_key = std::exchange(possible_key_, nowhere);
  const auto found = take_scalar(pos);
  if (!found) {
    columns_unreliable_ = true;
    return;
  }
  const auto next = skip_blanks(text_, found->end);
  if (is_colon(next)) {
    begin_node(start, possible_key);
    if (auto long_key = too_long_key(pos, found->end)) out_.report(std::move(*long_key));
    return value(next + 1);
  }
  const bool root = level_ == 0;
  if (!item && !fits(pos))
    return report_misplaced(pos, std::string(missing_colon) +
                                     ", or the value before goes on (longer text goes in quotes, or in a '|' block)");
  awaiting_ = false;
  if (item || root) possible_key_ = pos;
  const auto second = item ? missing_separator(text_, pos, *found) : std::nullopt;
  if (second) out_.report(*second, "a '- ' is missing before this, or the text has to be in quotes");
  else line_end(found->end);
}

void block_guard::value(std::size_t pos) {
  pos = skip_properties(skip_blanks(text_, pos));
  awaiting_ = at_line_end(text_, pos);
  if (awaiting_) return;
  if (is_dash(pos)) {
    columns_unreliable_ = true;
    return out_.report(pos, "a list cannot start on the line of its key - start it on the next line, or write [a, b]");
  }
  if (refused(pos)) return;
  const char c = text_[pos];
  if (c == '[' || c == '{') return brackets(pos);
  if (c == '|' || c == '>') return text_block(pos);
  if (const auto found = take_scalar(pos)) line_end(found->end);
  else misplaced_line_ = line_of(pos);
}

void block_guard::brackets(std::size_t pos) {
  const auto end = guard_brackets(out_, pos, level_);
  reached_ = end.at;
  if (end.closed) return line_end(end.at);
  unmatched_close_ = true;
  misplaced_line_ = line_of(reached_);
  const auto next = reached_ + 1;  // it may be the start of a list
  awaiting_ = next < text_.size() && is_dash(skip_blanks(text_, next));
}

/// YAML ends a text block at the first line that is not indented deeper than its key.
void block_guard::text_block(std::size_t pos) {
  auto end = pos + 1;
  if (text_[end] == '+' || text_[end] == '-') ++end;
  const bool wrong = !blank_or_break(text_, end) || !at_line_end(text_, skip_blanks(text_, end));
  if (wrong)
    out_.report(pos, fmt::format("write '{}' alone and the text below it, indented deeper than the key", text_[pos]));
  std::size_t first_column = 0;
  for (reached_ = text_.find('\n', end); reached_ + 1 < text_.size(); reached_ = text_.find('\n', reached_ + 1)) {
    const auto first = text_.find_first_not_of(' ', reached_ + 1);
    if (text_[first] == '\n') continue;
    const auto own = first - reached_;
    if (own <= level_) break;
    if (first_column == 0) first_column = own;
    if (own < first_column)
      out_.report(first, fmt::format("wrong indentation: this text block starts in column {}", first_column));
  }
  if (first_column > 0 || wrong) return;
  out_.report(pos, "this text block is empty - indent its text deeper than its key");
  misplaced_line_ = line_of(pos);
}

/// Empty when the end of the scalar is unknown; the problem was reported.
std::optional<scalar> block_guard::take_scalar(std::size_t pos) {
  auto found = scan_scalar(text_, pos, context::block, level_);
  if (found.wrong) out_.report(*found.wrong);
  if (!found.closed) return std::nullopt;
  out_.add_scalar(pos, found.end);
  reached_ = found.end;
  return found;
}

/// Skips and reports anchors and tags.
std::size_t block_guard::skip_properties(std::size_t pos) {
  while ((text_[pos] == '&' || text_[pos] == '!') && !out_.enough()) {
    out_.report(*refused_start(text_, pos, context::block));
    pos = skip_blanks(text_, text_.find_first_of(" \t\n", pos));
  }
  return pos;
}

bool block_guard::refused(std::size_t pos) {
  auto refused = refused_start(text_, pos, context::block);
  if (refused) out_.report(std::move(*refused));
  return refused.has_value();
}

void block_guard::line_end(std::size_t pos) {
  const auto next = skip_blanks(text_, pos);
  if (at_line_end(text_, next)) return;
  const char before = text_[pos - 1];
  if (is_colon(next)) out_.report(next, "a second ': ' in one line - put the value in quotes, or start a new line");
  else if (text_[next] == '#') refused(next);
  else if (text_[next] == ':') out_.report(next, "write a space after this colon");
  else
    out_.report(next, fmt::format("text after the closing {} - {}", before,
                                  before == '"'    ? "write \\\" for a quote inside double quotes"
                                  : before == '\'' ? "write '' for a quote inside single quotes"
                                                   : "put all of the value in quotes"));
}

/// Reports only the first of several consecutive lines that are neither key nor value, such as wrapped text.
void block_guard::report_misplaced(std::size_t pos, std::string message) {
  const auto line = line_of(pos);
  const auto before = std::exchange(misplaced_line_, line);
  if (before == 0 || before + 1 != line) out_.report(pos, std::move(message));
}

}  // namespace

guarded guard_text(const source_text& source, problems& errors) {
  guarded out(source, errors);
  block_guard(out).run();
  return out;
}

}  // namespace telltale::yaml
