// A sample of a metrics page: its name, labels and value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace telltale::prometheus {

struct label {
  std::string_view name;     ///< as it is written, without quotes
  std::string_view escaped;  ///< the value as it is written, without its quotes
};

/// A view of the line that it was parsed from. Names may have any characters of UTF-8.
struct sample {
  std::string_view series;  ///< the name and the labels as they are written
  std::string_view name;
  std::vector<label> labels;  ///< their names are unique
  double value = 0;
  std::size_t line = 0;  ///< counted from 1
};

/// A label value without its escapes `\\`, `\"` and `\n`; an unknown escape stays as it is. `storage` holds the text if
/// there are any.
std::string_view unescaped(std::string_view escaped, std::string& storage);

/// Removes a name without quotes, of a metric (with colons) or of a label, from the front of the text and returns it;
/// empty when there is none.
std::string_view take_metric_name(std::string_view& text);
std::string_view take_label_name(std::string_view& text);

}  // namespace telltale::prometheus
