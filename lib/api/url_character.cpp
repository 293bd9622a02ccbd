// Implements the character rules of RFC 3986 for the host and for path and query.
#include "api/url_mistake.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace telltale {
namespace {

bool is_usable(char c) {
  return is_letter_or_digit(c) || std::string_view("-._~:/?#@!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string_view character_at(std::string_view text, std::size_t pos) {
  auto end = pos + 1;
  while (end < text.size() && continues_character(text[end])) ++end;
  return text.substr(pos, end - pos);
}

std::string percent_encoded(std::string_view character) {
  std::string out;
  for (const char c : character) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string name_of(std::string_view character) {
  if (character == " ") return "a blank";
  const auto first = static_cast<unsigned char>(character[0]);
  if (is_control(character[0]) || (first >= 0x80 && character.size() == 1)) return "a control character";
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"})
    if (character == dash) return fmt::format("'{}' (not the ASCII '-')", character);
  return fmt::format("'{}'", character);
}

/// RFC 3986 allows more characters in a host, for other naming schemes; these are those of DNS names and addresses.
bool is_outside_host_names(char c) { return std::string_view("~!$&'()*+,;=").find(c) != std::string_view::npos; }

}  // namespace

std::optional<url_mistake> unusable_url_character(std::string_view url) {
  const auto colon = url.find("://");
  const auto host = colon == std::string_view::npos ? 0 : colon + 3;
  const auto path = std::min(url.find_first_of("/?#", host), url.size());
  if (url.find('@', host) != std::string_view::npos) return std::nullopt;
  const auto authority = url.substr(host, path - host);
  if (authority.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
      std::count(authority.begin(), authority.end(), ':') > 1)
    return url_mistake{host, "an IPv6 address stands in brackets, as in [::1]"};
  bool fragment = false;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto character = character_at(url, i);
    const bool in_host = i >= host && i < path;
    if (in_host && (url[i] == '[' || url[i] == ']')) continue;  // around an IPv6 address
    if (url[i] == '%' && i + 2 < url.size() && hex_value(url[i + 1]) >= 0 && hex_value(url[i + 2]) >= 0) continue;
    const bool usable = is_usable(url[i]) && !(in_host && is_outside_host_names(url[i]));
    if (usable && !(url[i] == '#' && fragment)) {
      fragment = fragment || url[i] == '#';
      continue;
    }
    if (character == "{")
      return url_mistake{i, "'{' cannot be part of a URL - a template is left over, or it is written %7B"};
    if (!in_host)
      return url_mistake{i, fmt::format("in a URL {} is written {}", name_of(character), percent_encoded(character))};
    const auto* instead = static_cast<unsigned char>(url[i]) < 0x80
                              ? "a host is a name or an IP address"
                              : "write the name in its ASCII form, which starts with xn--";
    return url_mistake{i, fmt::format("{} cannot be part of a host - {}", name_of(character), instead)};
  }
  return std::nullopt;
}

}  // namespace telltale
