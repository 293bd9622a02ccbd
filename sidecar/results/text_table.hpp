// Lays out text for a terminal: columns aligned by characters, and paragraphs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

/// Makes cells printable. The last column is neither padded nor limited.
class text_table {
 public:
  using cells = std::vector<std::string>;

  explicit text_table(cells head);
  /// Adds a row. Each cell is shown between `before` and `after`, which do not count for the width (colours).
  void row(cells, std::string_view before = {}, std::string_view after = {}, std::size_t coloured_column = 0);
  std::string text() const;

 private:
  struct line {
    cells content;
    std::string before, after;
    std::size_t coloured = 0;
  };
  std::vector<line> lines_;
};

/// Wraps the text into lines of at most `width` characters where its words permit, each after `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace telltale
