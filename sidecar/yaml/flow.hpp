// Collections in brackets, `[a, b]` and `{a: 1}`, which may go on over several lines.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"
#include "yaml/syntax.hpp"
#include "yaml/token.hpp"

namespace telltale::yaml {

/// Follows one outermost collection from bracket to bracket. After its first problem it only looks for the end: what
/// follows a misplaced bracket or quote is seldom what it seems.
class flow_scanner {
 public:
  flow_scanner(const source_text& source, problems& errors, syntax& out)
      : source_(source), text_(source.text()), errors_(errors), out_(out) {}

  bool open() const { return !levels_.empty(); }
  bool too_deep() const { return too_deep_; }
  std::size_t collections() const { return collections_; }  ///< seen so far, over all outermost ones

  /// Begins with the bracket at `pos`, or goes on at the start of a line. Stops after the outermost closing bracket or
  /// at the end of a line, whichever comes first; or npos when the line turned out to be outside of a collection
  /// that somebody forgot to close. Stops for good where brackets nest deeper than `depth_left`. A scalar goes on in
  /// lines with at least `indent` spaces.
  std::size_t scan(std::size_t pos, std::size_t depth_left, std::size_t indent);

  /// Reports the innermost open bracket; `why` says what shows that it is not closed.
  void not_closed(const std::string& why);

 private:
  struct level {
    std::size_t at = 0;
    bool map = false;
    std::size_t first = 0;   ///< where the entry under way starts
    bool has_first = false;  ///< list item or map key
    bool folded = false;     ///< the same goes on over several lines
    bool has_colon = false;
    bool has_value = false;
  };

  std::size_t take(std::size_t pos, std::size_t depth_left);
  std::size_t take_scalar(std::size_t pos);
  void report_scalar(std::size_t pos, const token&);
  void open_bracket(std::size_t pos, std::size_t depth_left);
  void close_bracket(std::size_t pos);
  void begin_item(std::size_t pos, bool collection);
  void colon(std::size_t pos);
  void comma(std::size_t pos);
  void finish_entry(const level&);
  bool is_colon(std::size_t pos) const;
  bool starts_line_outside(std::size_t pos) const;
  void report(std::size_t pos, std::string message);

  const source_text& source_;
  const std::string& text_;
  problems& errors_;
  syntax& out_;
  std::vector<level> levels_;
  bool broken_ = false;  ///< a problem of this collection was reported
  bool too_deep_ = false;
  bool abandoned_ = false;  ///< this line is not part of it after all
  std::size_t collections_ = 0;
  std::size_t indent_ = 0;
  std::size_t after_quoted_ = std::string::npos;  ///< where a quoted scalar ended: a ':' may follow it directly
};

}  // namespace telltale::yaml
