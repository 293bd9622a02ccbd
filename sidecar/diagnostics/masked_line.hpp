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

/// Whether a possible secret reaches the end of the line, so that it may go on in the next ones.
bool leaves_secret_open(std::string_view line);

/// As many `*` as the line has characters.
std::string hidden_line(std::string_view line);

}  // namespace telltale
