// The indentation rules, with the line that a wrong column should have matched.
#include "yaml/blocks.hpp"

#include <fmt/format.h>

#include "yaml/advice.hpp"

namespace telltale::yaml {

/// Leaves the levels to the right of `fresh`. True when there were any.
bool block_levels::close_deeper(const level& fresh) {
  const auto before = levels_.size();
  while (!levels_.empty() && levels_.back().column > fresh.column) levels_.pop_back();
  // A list may stand in the same column as its key; the next key in that column ends it.
  if (fresh.kind == block_kind::map && levels_.size() > 1 && levels_.back().kind == block_kind::list &&
      levels_.back().column == fresh.column && levels_[levels_.size() - 2].column == fresh.column)
    levels_.pop_back();
  return levels_.size() != before;
}

void block_levels::report_empty_item() {
  if (awaiting_ && awaiting_->kind == block_kind::list && !lost_)
    errors_.add(source_.at(awaiting_->at), "this list item is empty - write a value after '- ', or remove it");
}

void block_levels::enter(std::size_t pos, block_kind kind, std::size_t lone_value) {
  if (lost_) return;
  const level fresh{source_.at(pos).column, kind, pos};
  const bool closed_some = close_deeper(fresh);
  const auto* top = levels_.empty() ? nullptr : &levels_.back();
  const bool same = top && top->column == fresh.column && top->kind == kind;
  const bool beside_key = top && top->column == fresh.column && kind == block_kind::list && !same;
  const bool nested =
      !closed_some && !root_value_ && (!top || (awaiting_ && (top->column < fresh.column || beside_key)));
  if (same || closed_some) report_empty_item();
  if (nested) {
    levels_.push_back(fresh);
    ++collections_;
  } else if (!same) {
    report_wrong(fresh, closed_some, lone_value);
  }
  awaiting_.reset();
}

bool block_levels::enter_value(std::size_t pos) {
  if (lost_) return true;
  if (levels_.empty() && !root_value_) {
    root_at_ = pos;
    return root_value_ = true;
  }
  const bool allowed = awaiting_ && levels_.back().column < source_.at(pos).column;
  awaiting_.reset();
  return allowed;
}

void block_levels::report_wrong(const level& fresh, bool closed_some, std::size_t lone_value) {
  lost_ = true;
  const auto at = source_.at(fresh.at);
  const auto key = root_value_ ? word_alone(source_.text(), root_at_) : std::string_view();
  if (!key.empty())
    return errors_.add(source_.at(root_at_), fmt::format("expected 'key: value' - a ':' is missing after '{}'", key));
  if (root_value_) return errors_.add(at, "text after the end of the configuration - remove it");
  if (levels_.empty()) return errors_.add(at, "this line is indented less than the first one - indent both the same");
  const auto& top = levels_.back();
  const auto other = source_.at(top.at);
  if (top.column == fresh.column)
    return errors_.add(at, fresh.kind == block_kind::list
                               ? fmt::format("a list item among the keys that begin in line {}", other.line)
                               : fmt::format("a key among the list items that begin in line {} - start it with '- ', "
                                             "or indent it deeper",
                                             other.line));
  if (closed_some)
    return errors_.add(at, fmt::format("wrong indentation: no line before this one starts in column {} - the level "
                                       "above starts in column {} (line {})",
                                       at.column, other.column, other.line));
  const auto colon = lone_value == std::string::npos
                         ? std::string()
                         : colon_without_space(std::string_view(source_.text()).substr(lone_value));
  if (!colon.empty()) return errors_.add(source_.at(lone_value), colon);
  if (lone_value != std::string::npos)
    return errors_.add(source_.at(lone_value),
                       fmt::format("expected 'key: value', as line {} goes on with keys - ': ' is "
                                   "missing (with a space after the colon)",
                                   at.line));
  errors_.add(at, fmt::format("wrong indentation: the line before already has its value - start in column {} as in "
                              "line {}",
                              other.column, other.line));
}

void block_levels::end() {
  report_empty_item();
  awaiting_.reset();
  levels_.clear();
  root_value_ = true;
}

}  // namespace telltale::yaml
