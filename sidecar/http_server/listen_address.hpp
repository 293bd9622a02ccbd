// Where to listen, as a person writes it.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/ip/tcp.hpp>

namespace telltale {

/// The path of a Unix socket.
struct unix_path {
  std::string path;
};

struct listen_address {
  std::string text;  ///< as written, for messages
  std::variant<boost::asio::ip::tcp::endpoint, unix_path> where;
};

/// `127.0.0.1:9640`, `[::]:9640` or `unix:/run/telltale.sock`. Numeric addresses only: a look-up could block, and a
/// name may stand for several. Throws std::runtime_error with one sentence that says how to write it.
listen_address parse_listen_address(std::string_view text);

/// The inverse: "127.0.0.1:9640", "[::1]:9640".
std::string to_text(const boost::asio::ip::tcp::endpoint&);

}  // namespace telltale
