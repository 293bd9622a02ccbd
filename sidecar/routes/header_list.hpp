// Comma-separated header values with parameters and weights, the common ground of Accept and Accept-Encoding.
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

/// The elements of a header in their order (RFC 9110, sections 5.6.1 and 12.4.2). Elements that are empty or whose
/// weight is not 0 to 1 are dropped: nobody is refused an answer for a careless header.
std::vector<weighted_element> weighted_elements(std::string_view header);

}  // namespace telltale
