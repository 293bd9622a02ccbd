// Maps offsets in the configuration's text to lines and columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/raw_value.hpp>

namespace telltale {

/// Immutable. Lines end in '\n' only, and so does the text (one is added); see `clean_text`.
class source_text {
 public:
  explicit source_text(std::string text);

  const std::string& text() const { return text_; }

  /// Line and column of a byte, both from 1; columns count characters (code points), as editors do. O(log lines) for
  /// lines of any length, so that the locations of all tokens of a one-line file take linear time.
  source_location at(std::size_t offset) const;
  /// The offset of a location that `at` returned.
  std::size_t offset(source_location) const;

  /// A line without its line break; empty when there is no such line.
  std::string_view line(int number) const;

 private:
  std::size_t continuation_bytes_before(std::size_t offset) const;

  std::string text_;
  std::vector<std::uint32_t> line_starts_;
  std::vector<std::uint32_t> continuation_bytes_;  ///< before each block of `block_size` bytes
};

}  // namespace telltale
