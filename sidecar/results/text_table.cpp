// Lays out columns with two spaces between them and no frames.
#include "results/text_table.hpp"

#include <algorithm>

#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "base/words.hpp"

namespace telltale {

text_table::text_table(cells head) { row(std::move(head)); }

void text_table::row(cells content, std::string_view before, std::string_view after, std::size_t coloured_column) {
  for (auto& cell : content) cell = printable(cell);
  lines_.push_back({std::move(content), std::string(before), std::string(after), coloured_column});
}

std::string text_table::text() const {
  std::vector<std::size_t> widths(lines_.front().content.size());
  for (const auto& line : lines_)
    for (std::size_t i = 0; i < line.content.size(); ++i)
      widths[i] = std::max(widths[i], character_count(line.content[i]));
  std::string out;
  for (const auto& line : lines_) {
    std::string shown;
    for (std::size_t i = 0; i < line.content.size(); ++i) {
      const bool coloured = !line.before.empty() && i == line.coloured;
      shown += coloured ? line.before + line.content[i] + line.after : line.content[i];
      if (i + 1 < line.content.size()) shown.append(widths[i] - character_count(line.content[i]) + 2, ' ');
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    out += shown + "\n";
  }
  return out;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  const std::string margin(indent, ' ');
  std::string out, line;
  while (!text.empty()) {
    const auto word = take_until(text, ' ');
    if (!line.empty() && indent + character_count(line) + 1 + character_count(word) > width) {
      out += margin + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  return line.empty() ? out : out + margin + line + "\n";
}

}  // namespace telltale
