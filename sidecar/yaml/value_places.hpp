// Where the parts of a value stand in the configuration's text, for errors inside of it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <telltale/raw_value.hpp>

#include "yaml/folding.hpp"
#include "yaml/source_text.hpp"

namespace telltale {

/// Walks along the text of one value. Places are exact in plain values on one line. In quotes and text blocks, where
/// escapes and indentation make them unknowable, every place is that of the value; in values over several lines, the
/// line is right and the column is that of the next dollar sign in it.
class value_places {
 public:
  /// Both outlive this; without a source, a value over several lines is treated as one in quotes.
  value_places(const raw_value& value, const source_text* source);

  place here() const;
  /// Goes past the next part of the value's text.
  void pass(std::string_view part);

 private:
  void begin_line();
  std::size_t next_dollar() const;

  const raw_value& value_;
  const source_text* source_;
  place at_;
  std::size_t passed_ = 0;
  std::vector<yaml::folded_line> lines_;  ///< of a value over several lines, else empty
  std::size_t line_ = 0;
  std::size_t line_end_ = 0;
  std::size_t cursor_ = 0;  ///< in the source
};

}  // namespace telltale
