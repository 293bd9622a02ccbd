// Implements parsing of listen addresses.
#include "http_server/listen_address.hpp"

#include <cstdint>
#include <stdexcept>

#include <fmt/format.h>

#include "base/words.hpp"
#include "config/listen_address.hpp"

namespace telltale {

namespace ip = boost::asio::ip;

listen_address parse_listen_address(std::string_view text) {
  if (const auto problem = listen_address_problem(text))
    throw std::runtime_error(fmt::format("cannot listen on \"{}\": {}", text, *problem));
  constexpr std::string_view unix_prefix = "unix:";
  if (text.starts_with(unix_prefix))
    return {std::string(text), unix_path{std::string(text.substr(unix_prefix.size()))}};
  const auto numeric = numeric_listen_address(std::string(text));
  const auto colon = numeric.rfind(':');
  const auto bracketed = numeric.starts_with('[');
  const auto address = ip::make_address(bracketed ? numeric.substr(1, colon - 2) : numeric.substr(0, colon));
  const auto port = number_in<std::uint16_t>(std::string_view(numeric).substr(colon + 1));
  return {std::string(text), ip::tcp::endpoint(address, port.value())};
}

std::string to_text(const ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address, endpoint.port());
}

}  // namespace telltale
