// The line-by-line scanner over tokens, brackets and indentation.
#include "yaml/syntax.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "yaml/advice.hpp"
#include "yaml/blocks.hpp"
#include "yaml/flow.hpp"
#include "yaml/folding.hpp"
#include "yaml/text_block.hpp"
#include "yaml/token.hpp"

namespace telltale::yaml {
namespace {

/// A file with more problems than anybody reads is not looked at any further.
constexpr std::size_t enough_problems = 200;

class scanner {
 public:
  scanner(const source_text& source, problems& errors)
      : source_(source),
        text_(source.text()),
        errors_(errors),
        blocks_(source, errors),
        flow_(source, errors, out_),
        text_block_(source, errors) {}

  syntax run() &&;

 private:
  void scan_line();
  void abandon_brackets(std::size_t dash);
  bool scan_marker();
  void scan_block_line();
  void scan_entry(std::size_t pos);
  std::size_t first_mark(std::size_t pos);
  std::optional<std::size_t> scan_dashes(std::size_t pos);
  void scan_key_or_lone_value(std::size_t start, std::size_t pos, bool after_dash);
  void scan_value(std::size_t key, std::size_t pos);
  void scan_brackets(std::size_t pos);
  void begin_text_block(std::size_t pos);
  std::size_t skip_properties(std::size_t pos);
  bool refuse(std::size_t pos);
  std::optional<token> scan_scalar(std::size_t pos);
  void expect_line_end(std::size_t pos, char before);
  void report_unless_goes_on(std::size_t pos, std::string message);
  bool is_dash(std::size_t pos) const { return text_[pos] == '-' && blank_or_break(text_, pos + 1); }
  bool is_colon(std::size_t pos) const { return text_[pos] == ':' && blank_or_break(text_, pos + 1); }
  /// What the lines of a scalar have before their text: it is deeper than the level that the scalar belongs to.
  std::size_t indent() const { return static_cast<std::size_t>(blocks_.top_column()); }
  bool enough() const { return errors_.size() >= enough_problems; }
  std::size_t values() const { return out_.scalars.size() + flow_.collections() + blocks_.collections(); }
  void check_limits(std::size_t pos);
  void stop(std::size_t pos, std::string message);
  void report(std::size_t pos, std::string message) { errors_.add(source_.at(pos), std::move(message)); }

  const source_text& source_;
  const std::string& text_;
  problems& errors_;
  syntax out_;
  block_levels blocks_;
  flow_scanner flow_;
  text_block_scanner text_block_;
  std::size_t begin_ = 0;                        ///< of the current line
  std::size_t reached_ = 0;                      ///< the end of a scalar that goes on beyond the current line
  std::size_t flow_began_ = 0;                   ///< values before the outermost bracket
  std::size_t harmless_ = 0;                     ///< problems that do not change what the rest of the file says
  std::size_t lone_value_ = std::string::npos;   ///< a value right after a dash, in this line
  std::size_t lone_before_ = std::string::npos;  ///< the same of the line before
  bool stray_closer_ = false;                    ///< a closing bracket whose opening one was given up may follow
  bool content_seen_ = false;
  bool marker_seen_ = false;
  bool ended_ = false;
  bool stopped_ = false;
  int misfit_line_ = 0;  ///< the last line that is neither key nor value
};

syntax scanner::run() && {
  const auto before = errors_.size();
  for (std::size_t next = 0; next < text_.size() && !stopped_ && !enough(); begin_ = next) {
    scan_line();
    next = text_.find('\n', std::max(begin_, reached_)) + 1;
    check_limits(begin_);
  }
  if (flow_.open() && !stopped_ && !enough()) flow_.not_closed("the file ends");
  if (!stopped_ && !enough()) {
    text_block_.end();
    blocks_.end();
  }
  out_.readable = !stopped_ && !enough() && errors_.size() - before == harmless_;
  return std::move(out_);
}

void scanner::stop(std::size_t pos, std::string message) {
  if (!stopped_) report(pos, std::move(message));
  stopped_ = true;
}

void scanner::check_limits(std::size_t pos) {
  if (flow_.too_deep() || blocks_.depth() > max_depth)
    stop(pos, fmt::format("lists and maps are nested deeper than {} levels", max_depth));
  else if (values() > max_values) stop(pos, fmt::format("more than {} values in one configuration", max_values));
}

void scanner::scan_line() {
  if (text_block_.takes_line(begin_) || scan_marker()) return;
  const auto first = skip_blanks(text_, begin_);
  if (flow_.open() && is_dash(first)) abandon_brackets(first);
  if (flow_.open()) scan_brackets(begin_);
  else scan_block_line();
}

/// Brackets and dashes mixed: what follows is read as the list it looks like, up to the closing bracket, if any.
void scanner::abandon_brackets(std::size_t dash) {
  flow_.not_closed(
      fmt::format("line {} starts an item with a dash, which cannot stand in brackets", source_.at(dash).line));
  blocks_.await(begin_, block_kind::map);
  stray_closer_ = true;
}

/// `---` and `...`: one configuration, so one of each at most.
bool scanner::scan_marker() {
  const bool begins = text_.compare(begin_, 3, "---") == 0 && blank_or_break(text_, begin_ + 3);
  const bool ends = text_.compare(begin_, 3, "...") == 0 && blank_or_break(text_, begin_ + 3);
  if (!begins && !ends) return false;
  if (flow_.open()) flow_.not_closed(fmt::format("line {} is a document marker", source_.at(begin_).line));
  if (begins && (content_seen_ || marker_seen_))
    stop(begin_, "a second YAML document starts here - one file holds one configuration");
  else if (!at_line_end(text_, skip_blanks(text_, begin_ + 3)))
    report(skip_blanks(text_, begin_ + 3), "text after a document marker - put it on the next line");
  marker_seen_ = true;
  ended_ = ended_ || ends;
  return true;
}

void scanner::scan_block_line() {
  const auto first = text_.find_first_not_of(' ', begin_);
  if (at_line_end(text_, first)) return;
  if (ended_) return stop(first, "text after '...', the end of the document - remove it");
  if (text_[begin_] == '%') return report(begin_, "a YAML directive; directives are not used here - remove the line");
  content_seen_ = true;
  if (text_[first] == '\t') {
    blocks_.give_up();
    return report(first, "a tab in the indentation - use spaces");
  }
  scan_entry(first);
}

void scanner::scan_entry(std::size_t pos) {
  lone_before_ = std::exchange(lone_value_, std::string::npos);
  if (is_colon(pos)) return report_unless_goes_on(pos, "a key is missing before ':'");
  if (stray_closer_ && (text_[pos] == ']' || text_[pos] == '}')) return;
  const auto after_dashes = scan_dashes(pos);
  if (!after_dashes) return;
  const bool after_dash = *after_dashes != pos;
  pos = skip_properties(*after_dashes);
  if (at_line_end(text_, pos)) return;
  if (refuse(pos)) {
    misfit_line_ = source_.at(pos).line;
    return blocks_.give_up();
  }
  const char c = text_[pos];
  if ((c == '|' || c == '>') && !after_dash)
    return report(pos, fmt::format("'{}' has to stand on the line of its key: 'key: {}'", c, c));
  if (c == '|' || c == '>') return begin_text_block(pos);
  if (c != '[' && c != '{') return scan_key_or_lone_value(*after_dashes, pos, after_dash);
  if (!after_dash && !blocks_.enter_value(pos)) report(pos, "expected 'key: value' - a key is missing before this");
  scan_brackets(pos);
}

/// The bytes of the mark of a list item that a line starts with. One that looks like a mark and is none is reported.
std::size_t scanner::first_mark(std::size_t pos) {
  if (is_dash(pos)) return 1;
  if (const auto dash = foreign_dash(text_, pos); dash > 0) {
    report(pos, foreign_dash_refused(std::string_view(text_).substr(pos, dash)));
    return dash;
  }
  const auto space = text_[pos] == '-' ? foreign_space(text_, pos + 1) : 0;
  if (space > 0) report(pos + 1, foreign_space_refused);
  return space > 0 ? 1 + space : 0;
}

/// The `- ` marks at the start of a line, each opening a list or its next item: the offset of what follows, if
/// anything.
std::optional<std::size_t> scanner::scan_dashes(std::size_t pos) {
  for (auto width = first_mark(pos); width > 0; width = is_dash(pos) ? 1 : 0) {
    blocks_.enter(pos, block_kind::list);
    blocks_.await(pos, block_kind::list);
    if (check_limits(pos); stopped_) return std::nullopt;
    const auto next = skip_blanks(text_, pos + width);
    if (at_line_end(text_, next)) return std::nullopt;
    if (is_colon(next)) {
      blocks_.satisfied();
      report(next, "a key is missing before ':'");
      return std::nullopt;
    }
    if (const auto tab = std::string_view(text_).substr(pos, next - pos).find('\t'); tab != std::string::npos) {
      blocks_.satisfied();
      report(pos + tab, "a tab after '-' - use a space");
      return std::nullopt;
    }
    pos = next;
  }
  return pos;
}

/// `start` is where the line's anchors or tags begin, if any: they belong to the key and set its column.
void scanner::scan_key_or_lone_value(std::size_t start, std::size_t pos, bool after_dash) {
  const auto scanned = scan_scalar(pos);
  if (!scanned) return blocks_.give_up();
  const auto next = skip_blanks(text_, scanned->end);
  if (is_colon(next)) {
    blocks_.enter(start, block_kind::map, lone_before_);
    if (auto too_long = too_long_key(scanned->end - pos)) report(pos, *too_long);
    return scan_value(start, next + 1);
  }
  if (!after_dash && !blocks_.enter_value(pos))
    return report_unless_goes_on(pos, neither_key_nor_value(std::string_view(text_).substr(pos, scanned->end - pos)));
  blocks_.satisfied();
  if (const auto second = forgotten_separator(text_, *scanned, pos); second && after_dash)
    return report(*second, "a '- ' is missing before this, or the text has to be in quotes");
  if (after_dash) lone_value_ = pos;
  expect_line_end(next, text_[pos]);
}

void scanner::scan_value(std::size_t key, std::size_t pos) {
  pos = skip_properties(skip_blanks(text_, pos));
  if (at_line_end(text_, pos)) return blocks_.await(key, block_kind::map);
  if (is_dash(pos)) {
    blocks_.give_up();
    return report(pos, "a list cannot start on the line of its key - start it on the next line, or write [a, b]");
  }
  if (refuse(pos)) return;
  const char c = text_[pos];
  if (c == '[' || c == '{') return scan_brackets(pos);
  if (c == '|' || c == '>') return begin_text_block(pos);
  const auto scanned = scan_scalar(pos);
  if (!scanned) {
    misfit_line_ = source_.at(pos).line;  // the value may go on, as it could in YAML
    return;
  }
  const auto next = skip_blanks(text_, scanned->end);
  if (is_colon(next)) report(next, "a second ': ' in one line - put the value in quotes, or start a new line");
  else expect_line_end(next, c);
}

void scanner::scan_brackets(std::size_t pos) {
  blocks_.satisfied();
  if (!flow_.open()) {
    if (skip_bracketed_address(text_, pos)) return report(pos, std::string(bracketed_address_refused));
    flow_began_ = values();
  }
  const auto opener = text_[pos];
  const auto end = flow_.scan(pos, max_depth - std::min(max_depth, blocks_.depth()), indent());
  if (end == std::string::npos) return scan_block_line();
  reached_ = end;
  if (flow_.too_deep()) return check_limits(end - 1);
  if (values() - flow_began_ > max_flow_values)
    return stop(pos, fmt::format("more than {} values inside one pair of brackets - write the list line by line, with "
                                 "'- ' before each item",
                                 max_flow_values));
  if (!flow_.open()) expect_line_end(end, opener);
}

void scanner::begin_text_block(std::size_t pos) {
  out_.scalars.push_back(static_cast<std::uint32_t>(pos));
  blocks_.satisfied();
  text_block_.begin(pos, blocks_.top_column());
}

std::size_t scanner::skip_properties(std::size_t pos) {
  for (;;) {
    const auto next = skip_property(text_, pos);
    if (!next || enough()) return pos;
    report(pos, *refused_start(text_, pos, context::block));
    ++harmless_;
    pos = *next;
  }
}

bool scanner::refuse(std::size_t pos) {
  auto refused = refused_start(text_, pos, context::block);
  if (!refused) return false;
  report(pos, std::move(*refused));
  blocks_.satisfied();
  if (text_[pos] == '*') ++harmless_;
  return true;
}

/// The scalar at `pos`; nothing when nobody can say where it ends, which is reported like any other fault.
std::optional<token> scanner::scan_scalar(std::size_t pos) {
  out_.scalars.push_back(static_cast<std::uint32_t>(pos));
  auto scanned = is_quote(text_[pos]) ? scan_quoted(text_, pos, context::block, indent())
                                      : scan_plain_lines(text_, pos, context::block, indent());
  if (scanned.wrong) report(scanned.wrong->at, scanned.wrong->message);
  if (!scanned.closed) return std::nullopt;
  if (scanned.folded) out_.folded.push_back({static_cast<std::uint32_t>(pos), static_cast<std::uint32_t>(scanned.end)});
  reached_ = scanned.end;
  return scanned;
}

void scanner::expect_line_end(std::size_t pos, char before) {
  pos = skip_blanks(text_, pos);
  if (!at_line_end(text_, pos)) report(pos, after_value(text_, pos, before));
}

/// Of several lines in a row that are neither key nor value, such as wrapped text, only the first is reported.
void scanner::report_unless_goes_on(std::size_t pos, std::string message) {
  const auto line = source_.at(pos).line;
  const bool goes_on = (misfit_line_ != 0 && misfit_line_ + 1 == line) || text_block_.suspect_line() == line;
  misfit_line_ = line;
  if (!goes_on) report(pos, std::move(message));
}

}  // namespace

syntax check_syntax(const source_text& source, problems& errors) { return scanner(source, errors).run(); }

}  // namespace telltale::yaml
