// Whether a request carries the right bearer token (RFC 6750, section 2.1).
#pragma once

#include <string_view>

namespace telltale {

/// The time taken does not depend on how much of the token is right. An empty `token` accepts nobody.
bool carries_token(std::string_view authorization, std::string_view token);

}  // namespace telltale
