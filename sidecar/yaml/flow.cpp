// The bracket grammar, entry by entry, with a sentence for every way to break it.
#include "yaml/flow.hpp"

#include <fmt/format.h>

#include "yaml/advice.hpp"
#include "yaml/folding.hpp"

namespace telltale::yaml {
namespace {

std::string_view closer_of(char opener) { return opener == '{' ? "}" : "]"; }

std::string entry_without_colon(std::string_view entry) {
  auto colon = colon_without_space(entry);
  return colon.empty() ? "expected 'key: value' - ': ' is missing (with a space after the colon)" : colon;
}

}  // namespace

void flow_scanner::report(std::size_t pos, std::string message) {
  if (!broken_) errors_.add(source_.at(pos), std::move(message));
  broken_ = true;
}

std::size_t flow_scanner::scan(std::size_t pos, std::size_t depth_left, std::size_t indent) {
  if (!open()) broken_ = false;
  indent_ = indent;
  abandoned_ = false;
  do {
    pos = skip_blanks(text_, pos);
    if (at_line_end(text_, pos)) return text_.find('\n', pos);
    pos = take(pos, depth_left);
  } while (open() && !too_deep_);
  return abandoned_ ? std::string::npos : pos;
}

std::size_t flow_scanner::take(std::size_t pos, std::size_t depth_left) {
  const char c = text_[pos];
  if (const auto end = c == '[' ? skip_bracketed_address(text_, pos) : std::nullopt) {
    report(pos, std::string(bracketed_address_refused));
    begin_item(pos, false);
    return *end;
  }
  if (c == '[' || c == '{') {
    open_bracket(pos, depth_left);
  } else if (c == ']' || c == '}') {
    close_bracket(pos);
  } else if (c == ',') {
    comma(pos);
  } else if (is_colon(pos)) {
    colon(pos);
  } else {
    return take_scalar(pos);
  }
  return pos + 1;
}

bool flow_scanner::is_colon(std::size_t pos) const {
  if (text_[pos] != ':') return false;
  return pos == after_quoted_ || blank_or_break(text_, pos + 1) ||
         std::string_view(",]}").find(text_[pos + 1]) != std::string_view::npos;
}

std::size_t flow_scanner::take_scalar(std::size_t pos) {
  if (auto refused = refused_start(text_, pos, context::flow)) {
    report(pos, *refused);
    return text_[pos] == '#' ? text_.find('\n', pos) : pos + 1;
  }
  begin_item(pos, false);
  if (!open()) return pos;
  out_.scalars.push_back(static_cast<std::uint32_t>(pos));
  const bool quoted = is_quote(text_[pos]);
  const auto scanned =
      quoted ? scan_quoted(text_, pos, context::flow, indent_) : scan_plain_lines(text_, pos, context::flow, indent_);
  if (quoted) after_quoted_ = scanned.end;
  if (auto& entry = levels_.back(); !entry.has_colon) entry.folded = scanned.folded;
  report_scalar(pos, scanned);
  // An open quote hid the closing brackets of this line: the next line starts afresh.
  if (!scanned.closed && text_.find('\n', levels_.front().at) == scanned.end) levels_.clear();
  return std::max(scanned.end, pos + 1);
}

void flow_scanner::report_scalar(std::size_t pos, const token& scanned) {
  if (scanned.folded) out_.folded.push_back({static_cast<std::uint32_t>(pos), static_cast<std::uint32_t>(scanned.end)});
  // A bad escape leaves the brackets alone.
  if (scanned.wrong && is_quote(text_[pos]) && scanned.closed && !broken_)
    errors_.add(source_.at(scanned.wrong->at), scanned.wrong->message);
  else if (scanned.wrong) report(scanned.wrong->at, scanned.wrong->message);
  else if (const auto next = forgotten_separator(text_, scanned, pos))
    report(*next, "a ',' is missing before this, or the text has to be in quotes");
}

void flow_scanner::open_bracket(std::size_t pos, std::size_t depth_left) {
  if (open()) {
    begin_item(pos, true);
    if (!open()) return;
  }
  ++collections_;
  too_deep_ = levels_.size() >= depth_left;
  levels_.push_back({.at = pos, .map = text_[pos] == '{'});
}

void flow_scanner::close_bracket(std::size_t pos) {
  const auto closed = levels_.back();
  if ((text_[pos] == '}') != closed.map)
    report(pos, fmt::format("'{}' closes the '{}' of line {} - expected '{}'", text_[pos], text_[closed.at],
                            source_.at(closed.at).line, closer_of(text_[closed.at])));
  else finish_entry(closed);
  // The bracket closes the nearest one of its kind; without any it closes whatever is open.
  auto match = levels_.rbegin();
  while (match != levels_.rend() && match->map != (text_[pos] == '}')) ++match;
  const auto pops = match == levels_.rend() ? 1 : match - levels_.rbegin() + 1;
  levels_.erase(levels_.end() - pops, levels_.end());
}

/// True when a new item stands where the bracket should have been closed: at the start of a line that is not indented
/// deeper than the line of the bracket.
bool flow_scanner::starts_line_outside(std::size_t pos) const {
  if (broken_) return false;  // and looking back for each item of a long line would be quadratic
  const auto begin = text_.rfind('\n', pos) + 1;
  const auto opened = levels_.back().at;
  if (opened >= begin || skip_blanks(text_, begin) != pos) return false;
  const auto opened_line = text_.rfind('\n', opened) + 1;
  return pos - begin <= skip_blanks(text_, opened_line) - opened_line;
}

void flow_scanner::begin_item(std::size_t pos, bool collection) {
  auto& entry = levels_.back();
  if (entry.has_colon ? entry.has_value : entry.has_first) {
    if (starts_line_outside(pos)) return not_closed(fmt::format("line {} is outside of it", source_.at(pos).line));
    report(pos, "a ',' is missing before this");
  }
  if (entry.has_colon) {
    entry.has_value = true;
    return;
  }
  if (collection && entry.map) report(pos, "a key cannot be a list or a map");
  entry.first = pos;
  entry.has_first = true;
}

void flow_scanner::colon(std::size_t pos) {
  auto& entry = levels_.back();
  if (!entry.has_first) {
    report(pos, "a key is missing before ':'");
  } else if (!entry.map) {
    if (starts_line_outside(entry.first))
      return not_closed(fmt::format("line {} is outside of it", source_.at(entry.first).line));
    report(entry.first, "a 'key: value' pair inside [ ] - write it in { }");
  } else if (entry.has_colon) {
    report(pos, "a second ':' in one entry - a ',' is missing, or the value has to be in quotes");
  } else if (entry.folded) {
    report(entry.first, "a key has to stand on one line");
  }
  if (auto too_long = entry.has_first ? too_long_key(pos - entry.first) : std::nullopt) report(entry.first, *too_long);
  entry.has_colon = true;
}

void flow_scanner::finish_entry(const level& entry) {
  if (entry.map && entry.has_first && !entry.has_colon)
    report(entry.first, entry_without_colon(std::string_view(text_).substr(entry.first)));
}

void flow_scanner::comma(std::size_t pos) {
  auto& entry = levels_.back();
  if (!entry.has_first) report(pos, "nothing before this ','");
  finish_entry(entry);
  entry = {.at = entry.at, .map = entry.map};
}

void flow_scanner::not_closed(const std::string& why) {
  const auto at = levels_.back().at;
  report(at, fmt::format("this '{}' is not closed: {} - add the missing '{}'", text_[at], why, closer_of(text_[at])));
  levels_.clear();
  abandoned_ = true;
}

}  // namespace telltale::yaml
