// Parses the connection strings that applications have: URLs and the keywords of libpq. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/peer_text.hpp"
#include "net/endpoint.hpp"
#include "postgres/options.hpp"

namespace telltale::postgres {

/// libpq's sslmode; `prefer` is its default, and `allow` the same here.
enum class ssl_mode : std::uint8_t { disable, prefer, require, verify_ca, verify_full };

struct dsn {
  net::endpoint address;
  std::string user;
  std::string password;
  std::string database;
  std::string options;  ///< of the server's command line, as in "-c search_path=app"
  ssl_mode ssl = ssl_mode::prefer;
  std::optional<file_path> ca_file;
  std::optional<file_path> cert_file;
  std::optional<file_path> key_file;
  server_role role = server_role::any;  ///< that target_session_attrs demands
  secret_list hidden;                   ///< what messages must not contain, besides the password
};

/// Parameters that the server does not need, such as those of a pool, are ignored. Without a host the Unix socket in
/// /var/run/postgresql is used, as on Debian. Empty when the text is none, or names several hosts; then `why` completes
/// "the text ..." and contains nothing of it.
std::optional<dsn> parse_dsn(std::string_view text, std::string& why);

}  // namespace telltale::postgres
