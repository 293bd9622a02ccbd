// The characters that a URL is made of.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

struct url_character {
  std::size_t at = 0;
  std::string message;  ///< names it, and says how to write it
};

/// The first character that no URL holds as it is (RFC 3986, section 2), or that no host name has; the beginning of an
/// IPv6 address without brackets. Nothing when there is none, and none of a URL with an '@': it may be part of a
/// password.
std::optional<url_character> unusable_url_character(std::string_view url);

}  // namespace telltale
