// Places by counting characters, or by looking for the dollar signs of the line.
#include "yaml/value_places.hpp"

#include <algorithm>

namespace telltale {

value_places::value_places(const raw_value& value, const source_text* source)
    : value_(value), source_(source), at_(value.at) {
  if (!source || !value.quoted) return;
  lines_ = yaml::folded_lines(source->text(), source->offset(value.at));
  if (!lines_.empty()) begin_line();
}

void value_places::begin_line() {
  cursor_ = lines_[line_].source_at;
  line_end_ = source_->text().find('\n', cursor_);
}

/// The end of the line when there is none, as for `\x24`.
std::size_t value_places::next_dollar() const {
  return std::min(std::string_view(source_->text()).substr(0, line_end_).find('$', cursor_), line_end_);
}

place value_places::here() const {
  if (lines_.empty()) return at_;
  const auto found = next_dollar();
  return source_->at(found == line_end_ ? lines_[line_].source_at : found);
}

void value_places::pass(std::string_view part) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  passed_ += part.size();
  if (lines_.empty()) {
    if (!value_.quoted) at_.column += static_cast<int>(std::ranges::count_if(part, starts));
    return;
  }
  for (auto left = std::ranges::count(part, '$'); left > 0 && cursor_ < line_end_; --left)
    cursor_ = std::min(next_dollar() + 1, line_end_);
  while (line_ + 1 < lines_.size() && lines_[line_ + 1].text_at <= passed_) {
    ++line_;
    begin_line();
  }
}

}  // namespace telltale
