// Lists and maps made by indentation: which column belongs to which level.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <telltale/raw_value.hpp>

#include "yaml/source_text.hpp"

namespace telltale::yaml {

enum class block_kind { list, map };

/// Keeps the open levels. After the first wrong indentation it is silent: every later one would be a consequence.
class block_levels {
 public:
  block_levels(const source_text& source, problems& errors) : source_(source), errors_(errors) {}

  std::size_t depth() const { return levels_.size(); }
  std::size_t collections() const { return collections_; }  ///< seen so far
  int top_column() const { return levels_.empty() ? 0 : levels_.back().column; }

  /// A `- ` or a key at `pos`. `lone_value` is a value after a dash in the line before, which may have been meant as a
  /// key, or npos.
  void enter(std::size_t pos, block_kind, std::size_t lone_value = std::string::npos);
  /// A value at `pos` on a line of its own, without a key. True when it may stand there.
  bool enter_value(std::size_t pos);

  /// A key or dash whose value has to follow on deeper lines; or, without an offset, one that has its value.
  void await(std::size_t pos, block_kind kind) { awaiting_ = {{pos, kind}}; }
  void satisfied() { awaiting_.reset(); }
  /// The document is over, nothing may follow.
  void end();
  void give_up() { lost_ = true; }

 private:
  struct level {
    int column = 0;
    block_kind kind = block_kind::map;
    std::size_t at = 0;
  };
  struct open_entry {
    std::size_t at = 0;
    block_kind kind = block_kind::map;
  };

  bool close_deeper(const level& fresh);
  void report_wrong(const level& fresh, bool closed_some, std::size_t lone_value);
  void report_empty_item();

  const source_text& source_;
  problems& errors_;
  std::vector<level> levels_;
  std::optional<open_entry> awaiting_;
  std::size_t collections_ = 0;
  std::size_t root_at_ = 0;  ///< where that value starts
  bool root_value_ = false;  ///< the document is a single value or collection in brackets
  bool lost_ = false;
};

}  // namespace telltale::yaml
