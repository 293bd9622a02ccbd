// Text laid out for a terminal: columns aligned by characters, and paragraphs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

/// Cells are made printable; the last column is not padded and may be as long as it likes.
class text_table {
 public:
  using cells = std::vector<std::string>;

  explicit text_table(cells head);
  /// Each cell of the row is shown between `before` and `after` without counting for the width (colours).
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

/// The text in lines of at most `width` characters where its words allow it, each after `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace telltale
