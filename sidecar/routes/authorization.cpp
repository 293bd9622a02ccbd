// Verifies the bearer token of a request (RFC 6750, section 2.1).
#include "routes/authorization.hpp"

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

// Compares every byte: an early return would reveal how many are right.
bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  volatile unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const unsigned wrong = static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(secret[i % secret.size()]);
    difference = difference | wrong;
  }
  return difference == 0;
}

}  // namespace

bool carries_token(std::string_view authorization, std::string_view token) {
  constexpr std::string_view scheme = "Bearer";
  authorization = trimmed(authorization);
  if (token.empty() || !equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return false;
  const auto rest = authorization.substr(scheme.size());
  return rest.starts_with(' ') && equal_in_constant_time(trimmed(rest), token);
}

}  // namespace telltale
