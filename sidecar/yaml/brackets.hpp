// Guards a collection in brackets, `[a, b]` or `{a: 1}`, which may go on over several lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "yaml/guard.hpp"

namespace telltale::yaml {

/// yaml-cpp reads no key beyond 1024 bytes, and says so in a strange place.
std::optional<fault> too_long_key(std::size_t begin, std::size_t end);

class bracket_guard {
 public:
  explicit bracket_guard(guarded& out) : out_(out), text_(out.source.text()) {}

  /// Follows the collection whose bracket is at `pos` and returns the offset behind its end; nothing when somebody
  /// forgot to close it, and `reached` is the last line break before what is outside of it. Scalars go on in lines with
  /// at least `indent` spaces. After its first problem only the end is looked for: what follows a misplaced bracket or
  /// quote is seldom what it seems.
  std::optional<std::size_t> follow(std::size_t pos, std::size_t indent);
  std::size_t reached() const { return reached_; }

 private:
  /// An open bracket, and the entry under way in it.
  struct level {
    std::size_t at = 0;
    std::size_t line_indent = 0;
    std::optional<std::size_t> key;  ///< or list item
    std::size_t key_end = 0;
    bool colon = false;
  };

  void begin_line(std::size_t begin);
  bool next_line(std::size_t& pos);
  std::size_t take(std::size_t pos);
  std::size_t take_scalar(std::size_t pos);
  void open(std::size_t pos);
  void close(std::size_t pos);
  void colon(std::size_t pos);
  void finish_entry(std::size_t pos);
  bool begin_item(std::size_t pos, std::size_t end);
  void leave(std::size_t line_break);
  void not_closed(const std::string& why, std::size_t line_break);
  void report(std::size_t pos, std::string message);

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
