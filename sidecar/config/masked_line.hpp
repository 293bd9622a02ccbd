// Hides secrets in a line of configuration that is about to be shown below an error.
#pragma once

#include <string>
#include <string_view>

namespace telltale {

/// The line with each character of a possible secret replaced by `*`: values of keys that speak of tokens, passwords,
/// keys or cookies and of everything in `headers: {…}`, credentials and query values of URLs. Errs on the side of
/// hiding; the number of characters stays, so that a caret still points to its place. References such as {env: NAME}
/// are shown. Of a line longer than 4 KiB nothing is.
std::string masked_line(std::string_view line);

}  // namespace telltale
