// Converts a listen address to an endpoint.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/ip/tcp.hpp>

namespace telltale {

struct unix_path {
  std::string path;
};

struct listen_address {
  std::string text;  ///< as written, for messages
  std::variant<boost::asio::ip::tcp::endpoint, unix_path> where;
};

/// Accepts what `listen_address_problem` accepts; otherwise throws std::runtime_error with its sentence.
listen_address parse_listen_address(std::string_view text);

/// The inverse: "127.0.0.1:9640", "[::1]:9640".
std::string to_text(const boost::asio::ip::tcp::endpoint&);

}  // namespace telltale
