// Resolves relative addresses and compares origins.
#include "http/redirect.hpp"

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

}  // namespace

std::optional<url> resolve_location(const url& from, std::string_view location) {
  location = location.substr(0, location.find('#'));
  const auto scheme_end = location.substr(0, location.find_first_of("/?")).find(':');
  if (location.empty() || (scheme_end != std::string_view::npos && !is_absolute(location))) return std::nullopt;
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
