// Masks secrets in a configuration line that an error message shows.
#pragma once

#include <string>
#include <string_view>

namespace telltale {

/// The line with each character of a possible secret replaced by `*`: values of keys with names like token, password,
/// key or cookie, all values in `headers: {…}`, credentials and query values of URLs. It prefers to mask too much. The
/// number of characters does not change, so that a caret still points to the right column. References such as
/// {env: NAME} are shown. Lines longer than 4 KiB are masked completely.
std::string masked_line(std::string_view line);

/// Whether a possible secret reaches the end of the line, so that it may continue in the next one.
bool leaves_secret_open(std::string_view line);

/// As many `*` as the line has characters.
std::string hidden_line(std::string_view line);

}  // namespace telltale
