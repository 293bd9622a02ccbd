// A request target taken apart: the decoded path, and the query parameters we know.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

struct parsed_target {
  std::string path;
  bool verbose = false;               ///< ?verbose, whatever its value, as kube-apiserver reads it
  bool help = false;                  ///< ?help
  bool gate = false;                  ///< ?gate
  std::vector<std::string> excluded;  ///< every ?exclude=NAME, in their order
  std::vector<std::string> only;      ///< every ?only=NAME, in their order
};

/// Nothing when the target does not begin with a slash, has a character that must be encoded (RFC 3986, section 2:
/// spaces, control characters, bytes above 0x7F), a fragment, or a percent sign without two hexadecimal digits.
/// Unknown parameters are ignored; `+` is a plus.
std::optional<parsed_target> parse_target(std::string_view target);

}  // namespace telltale
