// Resolves relative addresses and compares origins.
#include "http/redirect.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/option_traits.hpp>

#include "base/ascii.hpp"
#include "net/endpoint.hpp"

namespace telltale::web {
namespace {

bool is_absolute(std::string_view location) {
  const auto lowered = lower(location.substr(0, 8));
  return lowered.starts_with("http://") || lowered.starts_with("https://");
}

bool has_other_scheme(std::string_view location) {
  const auto end = location.substr(0, location.find_first_of("/?")).find(':');
  return end != std::string_view::npos && !is_absolute(location);
}

/// Dot segments stay: servers normalise them.
std::string absolute_text(const url& from, std::string_view location) {
  const auto origin = fmt::format("{}://{}", from.scheme, net::host_and_port(from.host, from.port));
  const auto path = from.target.substr(0, from.target.find('?'));
  if (is_absolute(location)) return std::string(location);
  if (location.starts_with("//")) return fmt::format("{}:{}", from.scheme, location);
  if (location.starts_with('/')) return fmt::format("{}{}", origin, location);
  if (location.starts_with('?')) return fmt::format("{}{}{}", origin, path, location);
  return fmt::format("{}{}{}", origin, path.substr(0, path.rfind('/') + 1), location);
}

std::string_view fault_of(std::string_view location) {
  if (location.find(' ') != std::string_view::npos) return ": its space is not percent-encoded";
  if (std::ranges::any_of(location, [](char c) { return c <= ' ' || c > '~'; }))
    return ": it contains a character that is not percent-encoded";
  return has_other_scheme(location) ? ": it starts with neither http:// nor https://" : "";
}

}  // namespace

std::string explain_location(std::string_view location, const secret_list& secrets) {
  const auto address = location.substr(0, location.find_first_of("?#"));
  if (address.find('@') != std::string_view::npos)
    return " redirects to an invalid address: it contains a user name or password";
  return fmt::format(" redirects to the invalid address '{}'{}", shown_peer_text(address, secrets), fault_of(location));
}

std::optional<url> resolve_location(const url& from, std::string_view location) {
  location = location.substr(0, location.find('#'));
  if (location.empty() || has_other_scheme(location)) return std::nullopt;
  problems invalid;
  auto out = option_traits<url>::parse(raw_value::scalar(absolute_text(from, location)), "Location", invalid);
  if (out && out->scheme != "http" && out->scheme != "https") return std::nullopt;
  return out;
}

bool may_carry_credentials(const url& from, const url& to) {
  if (!equal_ignoring_case(from.host, to.host)) return false;
  if (from.scheme == to.scheme) return from.port == to.port;
  return from.scheme == "http" && from.port == 80 && to.scheme == "https" && to.port == 443;
}

}  // namespace telltale::web
