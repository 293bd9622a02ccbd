// Parses listen addresses as written in the configuration.
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

/// Parses `127.0.0.1:9640`, `[::]:9640` or `unix:/run/telltale.sock`. Only numeric addresses are valid: resolving a
/// name could block, and a name may have several addresses. Throws std::runtime_error with one sentence that shows the
/// syntax.
listen_address parse_listen_address(std::string_view text);

/// The inverse: "127.0.0.1:9640", "[::1]:9640".
std::string to_text(const boost::asio::ip::tcp::endpoint&);

}  // namespace telltale
