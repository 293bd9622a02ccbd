// Finds characters that are not valid in a URL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

struct url_character {
  std::size_t at = 0;
  std::string message;  ///< names the character and how to write it
};

/// The first character that is not valid in a URL (RFC 3986, section 2) or in a host name, or the start of an IPv6
/// address without brackets. Empty if there is none, and for every URL with an '@': the character may be part of a
/// password.
std::optional<url_character> unusable_url_character(std::string_view url);

}  // namespace telltale
