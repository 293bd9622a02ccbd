// Parses a request target into the decoded path and the known query parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace telltale {

struct parsed_target {
  std::string path;
  bool verbose = false;               ///< ?verbose with any value, as in kube-apiserver
  bool help = false;                  ///< ?help
  bool gate = false;                  ///< ?gate
  std::vector<std::string> excluded;  ///< every ?exclude=NAME, in order
  std::vector<std::string> only;      ///< every ?only=NAME, in order
};

/// Returns nothing when the target does not begin with a slash, contains a character that must be encoded (RFC 3986,
/// section 2: spaces, control characters, bytes above 0x7F), a fragment, or an invalid percent escape. Unknown
/// parameters are ignored; `+` is a plus.
std::optional<parsed_target> parse_target(std::string_view target);

}  // namespace telltale
