// Implements the mapping with a table of line starts and one of multi-byte characters.
#include "yaml/source_text.hpp"

#include <algorithm>

namespace telltale {
namespace {

constexpr std::size_t block_size = 64;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

source_text::source_text(std::string text) : text_(std::move(text)) {
  if (!text_.empty() && text_.back() != '\n') text_ += '\n';
  line_starts_.push_back(0);
  std::uint32_t continuation = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (i % block_size == 0) continuation_bytes_.push_back(continuation);
    if (continues_character(text_[i])) ++continuation;
    if (text_[i] == '\n' && i + 1 < text_.size()) line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
  continuation_bytes_.push_back(continuation);
}

std::size_t source_text::continuation_bytes_before(std::size_t offset) const {
  const auto block = offset / block_size;
  const auto* rest = text_.data() + block * block_size;
  return continuation_bytes_[block] +
         static_cast<std::size_t>(std::count_if(rest, text_.data() + offset, continues_character));
}

source_location source_text::at(std::size_t offset) const {
  offset = std::min(offset, text_.empty() ? 0 : text_.size() - 1);
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(next - 1);
  const auto bytes = offset - start;
  const auto multi = continuation_bytes_before(offset) - continuation_bytes_before(start);
  return {static_cast<int>(next - line_starts_.begin()), static_cast<int>(bytes - multi) + 1};
}

std::size_t source_text::offset(source_location where) const {
  std::size_t offset = line_starts_[static_cast<std::size_t>(where.line) - 1];
  for (int column = 1; column < where.column; ++column) do
      ++offset;
    while (offset < text_.size() && continues_character(text_[offset]));
  return offset;
}

std::string_view source_text::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > line_starts_.size()) return {};
  const std::size_t start = line_starts_[static_cast<std::size_t>(number) - 1];
  const auto end = text_.find('\n', start);
  return std::string_view(text_).substr(start, end == std::string::npos ? end : end - start);
}

}  // namespace telltale
