// Text blocks: `key: |` or `key: >` and the deeper lines below it.
#pragma once

#include <cstddef>
#include <string>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale::yaml {

/// Says which lines are text. YAML ends a block at the first line that is not indented deeper than its key, and reads
/// what is indented less than the first line in surprising ways; here the first line sets the indentation.
class text_block_scanner {
 public:
  text_block_scanner(const source_text& source, problems& errors)
      : source_(source), text_(source.text()), errors_(errors) {}

  /// The `|` or `>` at `pos`, below a level that starts in `parent_column`.
  void begin(std::size_t pos, int parent_column);
  /// Whether the line at `begin` is text of the block; the first that is not ends it.
  bool takes_line(std::size_t begin);
  void end();
  /// The line after an empty block, which was probably meant as its text, or 0.
  int suspect_line() const { return suspect_line_; }

 private:
  const source_text& source_;
  const std::string& text_;
  problems& errors_;
  bool open_ = false;
  bool header_fault_ = false;
  std::size_t at_ = 0;
  int parent_column_ = 0;
  int column_ = 0;  ///< of its first line; 0 until that was seen
  int suspect_line_ = 0;
};

}  // namespace telltale::yaml
