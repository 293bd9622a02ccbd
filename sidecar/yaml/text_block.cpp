// The indentation of text blocks.
#include "yaml/text_block.hpp"

#include <fmt/format.h>

#include "yaml/token.hpp"

namespace telltale::yaml {

void text_block_scanner::begin(std::size_t pos, int parent_column) {
  auto end = pos + 1;
  if (text_[end] == '+' || text_[end] == '-') ++end;
  header_fault_ = !blank_or_break(text_, end) || !at_line_end(text_, skip_blanks(text_, end));
  if (header_fault_)
    errors_.add(source_.at(pos),
                fmt::format("write '{}' alone and the text below it, indented deeper than the key", text_[pos]));
  open_ = true;
  at_ = pos;
  parent_column_ = parent_column;
  column_ = 0;
}

bool text_block_scanner::takes_line(std::size_t begin) {
  if (!open_) return false;
  if (text_[skip_blanks(text_, begin)] == '\n') return true;
  const auto first = text_.find_first_not_of(' ', begin);
  const auto at = source_.at(first);
  if (at.column <= parent_column_) {
    if (column_ == 0) suspect_line_ = at.line;
    end();
    return false;
  }
  if (column_ == 0) column_ = at.column;
  if (at.column < column_)
    errors_.add(at, fmt::format("wrong indentation: this text block starts in column {}", column_));
  return true;
}

void text_block_scanner::end() {
  if (open_ && column_ == 0 && !header_fault_)
    errors_.add(source_.at(at_), "this text block is empty - indent its text deeper than its key");
  open_ = false;
}

}  // namespace telltale::yaml
