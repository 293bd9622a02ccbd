// Parses URLs with Boost.URL and validates what a probe requires.
#include <algorithm>

#include <fmt/format.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <telltale/option_traits.hpp>

#include "api/url_mistake.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "ws" || scheme == "http") return 80;
  if (scheme == "wss" || scheme == "https") return 443;
  return 0;
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' || c == ':';
  });
}

constexpr std::string_view usual_words = "a URL such as ws://127.0.0.1:8000/ws";

/// Only in an unquoted text does every offset correspond to one in the file.
source_location location_in(const raw_value& value, std::size_t offset) {
  auto at = value.at;
  if (value.quoted || value.expanded || at == source_location{}) return at;
  at.column += static_cast<int>(character_count(std::string_view(value.text).substr(0, offset)));
  return at;
}

/// Returns empty and sets `why`.
std::optional<url> parse_url(const std::string& text, std::string& why) {
  constexpr std::size_t longest = 2048;
  // Boost 1.81 asserts on an empty path without an authority before it, as in "ws:?".
  if (const auto colon = text.find(':'); colon != std::string::npos && text.compare(colon + 1, 2, "//") != 0)
    return why = "a URL whose host is a name or an IP address", std::nullopt;
  auto parsed = text.size() <= longest ? boost::urls::parse_uri(text) : boost::urls::error_code{};
  if (text.size() > longest || !parsed) return why = usual_words, std::nullopt;
  const auto view = *parsed;
  // The URL appears in messages and may be logged.
  if (view.has_userinfo())
    return why = "a URL without user name and password (use a header from a secret)", std::nullopt;
  url out;
  out.text = text;
  out.scheme = lower(std::string_view(view.scheme().data(), view.scheme().size()));
  out.host = view.host_address();
  // Boost decodes %XX in a host, so it may contain a line break.
  if (!is_host(out.host)) return why = "a URL whose host is a name or an IP address", std::nullopt;
  out.port = view.has_port() ? number_in<std::uint16_t>({view.port().data(), view.port().size()}).value_or(0)
                             : default_port(out.scheme);
  out.target = std::string(view.encoded_path().data(), view.encoded_path().size());
  // Boost parses text after the digits of a port as a path.
  if (out.port == 0 || (!out.target.empty() && out.target[0] != '/'))
    return why = "a URL with a port from 1 to 65535", std::nullopt;
  if (out.target.empty()) out.target = "/";
  if (view.has_query()) out.target += "?" + std::string(view.encoded_query().data(), view.encoded_query().size());
  return out;
}

}  // namespace

option_shape option_traits<url>::shape() { return {option_kind::url, {}, {}, {}}; }
std::optional<url> option_traits<url>::parse(const raw_value& value, std::string_view option, problems& errors) {
  const auto* text = detail::scalar_text(value, option, "a URL", errors);
  if (!text) return std::nullopt;
  std::string why;
  if (auto parsed = parse_url(*text, why)) return parsed;
  if (auto misplaced = misplaced_url_part(*text)) {
    errors.add(location_in(value, misplaced->at), fmt::format("{}: {}", option, misplaced->message));
    return std::nullopt;
  }
  // The text may contain a password, so the message omits it.
  const auto wrong = why == usual_words || !value.expanded ? unusable_url_character(*text) : std::nullopt;
  if (!wrong) errors.add(value.at, fmt::format("{}: expected {}", option, why));
  else if (value.expanded)
    errors.add(value.at, fmt::format("{}: expected {} (a character in it has to be written as %XX)", option, why));
  else errors.add(location_in(value, wrong->at), fmt::format("{}: {}", option, wrong->message));
  return std::nullopt;
}
std::string option_traits<url>::text(const url& value) { return value.text; }

}  // namespace telltale
