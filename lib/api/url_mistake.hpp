// Finds what is wrong with a text that is not a valid URL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

struct url_mistake {
  std::size_t at = 0;  ///< offset in bytes
  std::string message;
};

/// A part that is missing or misplaced: the scheme, the host, a bracket, the port. The message contains nothing of the
/// text, which may have a password.
std::optional<url_mistake> misplaced_url_part(std::string_view url);

/// The first character that is not valid in a URL (RFC 3986, section 2) or in a host name, or the start of an IPv6
/// address without brackets. The message names the character and how to write it. Empty if there is none, and for every
/// URL with an '@': the character may be part of a password.
std::optional<url_mistake> unusable_url_character(std::string_view url);

}  // namespace telltale
