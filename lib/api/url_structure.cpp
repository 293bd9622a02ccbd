// Finds parts of a URL that are missing or misplaced.
#include <algorithm>
#include <array>
#include <cstdint>

#include "api/url_mistake.hpp"
#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

constexpr std::string_view separator = "://";

/// The known scheme at the front of the text, or empty: `httpd:80` and `ws.example.com` have none.
std::string_view known_scheme(std::string_view text) {
  constexpr std::array<std::string_view, 4> schemes{"https", "http", "wss", "ws"};
  for (const auto scheme : schemes) {
    const auto rest = text.substr(std::min(scheme.size(), text.size()));
    if (equal_ignoring_case(text.substr(0, scheme.size()), scheme) && (rest.starts_with(':') || rest.starts_with("//")))
      return text.substr(0, scheme.size());
  }
  return {};
}

/// Where the host begins, or what is wrong before it.
std::optional<url_mistake> misplaced_scheme(std::string_view url, std::size_t& host) {
  const auto scheme = known_scheme(url);
  const auto found = url.find(separator);
  if (scheme.empty() && (found == std::string_view::npos || url.find_first_of("/?#") < found))
    return url_mistake{0, "the scheme is missing: a URL starts as in http:// or wss://"};
  if (!scheme.empty() && found != scheme.size())
    return url_mistake{scheme.size(), "'://' follows the scheme, as in http:// or wss://"};
  host = found + separator.size();
  return std::nullopt;
}

/// `authority` begins at `host` of the URL.
std::optional<url_mistake> misplaced_port(std::string_view authority, std::size_t host) {
  const auto bracket = authority.find(']');
  if (authority.starts_with('[') && bracket == std::string_view::npos)
    return url_mistake{host, "the bracket behind the IPv6 address is missing, as in [::1]"};
  const auto behind = bracket == std::string_view::npos ? 0 : bracket + 1;
  const auto colon = authority.find(':', behind);
  if (behind > 0 && behind < authority.size() && colon != behind)
    return url_mistake{host + behind, "a colon and the port, or the path, follow the bracket"};
  if (std::ranges::count(authority.substr(behind), ':') > 1) return std::nullopt;  // an IPv6 address without brackets
  if (colon == 0 || authority.empty()) return url_mistake{host, "the host is missing behind '//'"};
  if (colon == std::string_view::npos) return std::nullopt;
  if (number_in<std::uint16_t>(authority.substr(colon + 1)).value_or(0) == 0)
    return url_mistake{host + colon + 1, "expected a port from 1 to 65535"};
  return std::nullopt;
}

}  // namespace

std::optional<url_mistake> misplaced_url_part(std::string_view url) {
  std::size_t host = 0;
  constexpr std::string_view blanks = " \t\r\n";
  const auto last = url.find_last_not_of(blanks);
  if (url.find_first_not_of(blanks) != 0 && !url.empty())
    return url_mistake{0, "a blank or line break stands before the URL"};
  if (last + 1 != url.size()) return url_mistake{last + 1, "a blank or line break stands behind the URL"};
  if (auto found = misplaced_scheme(url, host)) return found;
  const auto authority = url.substr(host, url.find_first_of("/?#", host) - host);
  return url.find('@', host) == std::string_view::npos ? misplaced_port(authority, host) : std::nullopt;
}

}  // namespace telltale
