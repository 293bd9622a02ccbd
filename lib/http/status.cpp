// Uses Beast's table of reason phrases.
#include "http/status.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

namespace telltale::http {

std::string status_text(unsigned code) {
  namespace beast = boost::beast::http;
  const auto known = beast::int_to_status(code);
  const auto words = beast::obsolete_reason(known);
  return known == beast::status::unknown ? fmt::format("{}", code)
                                         : fmt::format("{} {}", code, std::string_view(words.data(), words.size()));
}

std::string shown_location(const net::reply_head& reply, const secret_list& secrets) {
  constexpr std::size_t longest = 200;
  const auto location = reply.value("Location").value_or("");
  const auto target = location.substr(0, location.find_first_of("?#"));
  const bool fit =
      target.size() <= longest && std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '@'; });
  return fit ? without_secrets(target, secrets) : "";
}

}  // namespace telltale::http
