// Guards a collection in brackets, `[a, b]` or `{a: 1}`, which may go on over several lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "yaml/guard.hpp"

namespace telltale::yaml {

/// Looks for the end of a collection and for the scalars in it. What the keys of a map lack is left to the reader.
class bracket_guard {
 public:
  explicit bracket_guard(guarded& out) : out_(out), text_(out.source.text()) {}

  /// Follows the collection whose bracket is at `pos` and returns the offset behind its end; nothing when it has none,
  /// and `reached` is the last line break before what is outside of it. Scalars go on in lines with at least `indent`
  /// spaces. After its first problem only the end is looked for: what follows a misplaced quote is seldom what it
  /// seems.
  std::optional<std::size_t> follow(std::size_t pos, std::size_t indent);
  std::size_t reached() const { return reached_; }

 private:
  struct level {
    std::size_t at = 0;           ///< of the bracket
    std::size_t line_indent = 0;  ///< of its line
  };

  void begin_line(std::size_t begin);
  void next_line(std::size_t& pos);
  std::size_t take(std::size_t pos);
  void close(std::size_t pos);
  std::size_t take_scalar(std::size_t pos);
  bool begin_item(std::size_t pos, std::size_t end);
  bool is_colon(std::size_t pos) const;
  void leave(std::size_t line_break);
  void not_closed(std::size_t line_break);
  void report(fault found);

  guarded& out_;
  const std::string& text_;
  std::vector<level> levels_;
  std::size_t indent_ = 0;
  std::size_t line_ = 0;         ///< where the current line begins
  std::size_t line_indent_ = 0;  ///< its blanks
  std::size_t first_line_ = 0;   ///< the end of the first line
  std::size_t reached_ = 0;
  std::size_t values_ = 0;
  std::size_t quote_end_ = 0;  ///< a ':' may follow it directly
  bool after_item_ = false;    ///< a ',' or ':' has to come before the next one
  bool left_ = false;
  bool broken_ = false;
};

}  // namespace telltale::yaml
