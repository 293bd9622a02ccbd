// Parses comma-separated header values with parameters and weights, as in Accept and Accept-Encoding.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace telltale {

/// One element: `text/plain;version=0.0.4;q=0.5`. The views point into the header.
struct weighted_element {
  std::string_view value;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;  ///< without q; quotes are removed
  double weight = 1;
};

/// Returns the elements of a header in order (RFC 9110, sections 5.6.1 and 12.4.2). Empty elements and elements with an
/// invalid weight are dropped, so a malformed header still gets a response.
std::vector<weighted_element> weighted_elements(std::string_view header);

}  // namespace telltale
