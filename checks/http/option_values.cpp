// Parses ranges of statuses and numbers of redirects.
#include "http/option_values.hpp"

#include <fmt/format.h>

#include "base/words.hpp"

namespace telltale {

std::optional<web::status_range> option_traits<web::status_range>::parse(const raw_value& value,
                                                                         std::string_view option, problems& errors) {
  constexpr std::string_view expected = "a status such as 204, or a range such as 200-299";
  const auto* text = detail::scalar_text(value, option, expected, errors);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  const auto first = number_in<unsigned>(take_until(rest, '-'));
  const auto last = text->find('-') == std::string::npos ? first : number_in<unsigned>(rest);
  const bool valid = first && last && *first >= 200 && *last <= 999 && *first <= *last;
  if (!valid) return detail::wrong_value(value, option, expected, errors), std::nullopt;
  return web::status_range{*first, *last};
}

std::string option_traits<web::status_range>::text(const web::status_range& value) {
  return value.first == value.last ? std::to_string(value.first) : fmt::format("{}-{}", value.first, value.last);
}

std::optional<web::redirect_limit> option_traits<web::redirect_limit>::parse(const raw_value& value,
                                                                             std::string_view option,
                                                                             problems& errors) {
  constexpr std::string_view expected = "no, or the number of redirects to follow, from 1 to 10";
  constexpr unsigned most = 10;
  const auto* text = detail::scalar_text(value, option, expected, errors);
  if (!text) return std::nullopt;
  if (*text == "no" || *text == "false") return web::redirect_limit{};
  const auto count = number_in<unsigned>(*text);
  if (!count || *count > most) return detail::wrong_value(value, option, expected, errors), std::nullopt;
  return web::redirect_limit{*count};
}

}  // namespace telltale
