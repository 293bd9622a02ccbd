// Selects series by name and labels, in the syntax of Prometheus: `name{label="x",other=~"RE2"}`, `{"my.name"}`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expect/pattern.hpp"
#include "prometheus/sample.hpp"

namespace telltale::prometheus {

/// Compares the value of a label; a label that a series does not have is empty. A pattern has to match the whole value.
struct label_matcher {
  enum class relation : std::uint8_t { equal, not_equal, match, no_match };

  std::string label;
  relation wanted = relation::equal;
  std::string value;
  std::optional<pattern> compiled;  ///< of `value`, for `match` and `no_match`

  bool holds(std::string_view actual) const;
};

struct selector {
  std::string name;  ///< empty: any, and then a matcher requires a label
  std::vector<label_matcher> matchers;

  bool matches(const sample&) const;
};

/// Removes a selector from the front of the text. Empty if there is none; then `why` says what is wrong.
std::optional<selector> take_selector(std::string_view& text, std::string& why);

}  // namespace telltale::prometheus
