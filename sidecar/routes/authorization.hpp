// Verifies the bearer token of a request (RFC 6750, section 2.1).
#pragma once

#include <string_view>

namespace telltale {

/// Takes the same time however much of the token is right. An empty `token` accepts no request.
bool carries_token(std::string_view authorization, std::string_view token);

}  // namespace telltale
