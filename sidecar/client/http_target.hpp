// Where a running sidecar is asked: a URL or a socket, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace telltale {

struct http_target {
  bool tls = false;
  std::string host;  ///< empty for a Unix socket; IPv6 without brackets
  std::uint16_t port = 0;
  std::string unix_path;  ///< empty for TCP
  std::string path;       ///< path and query to ask for
  std::string shown;      ///< for messages
  std::string origin;     ///< a sentence without its full stop that says why it is asked there; may be empty

  friend bool operator==(const http_target&, const http_target&) = default;
};

/// `http://HOST:PORT`, `https://HOST:PORT` or `unix:/path`; a URL without a path asks for the gate, one with a path for
/// that path. `0.0.0.0` and `[::]` mean localhost, which is asked at both loopback addresses. Throws std::runtime_error
/// with a sentence.
http_target parse_target(std::string_view url, gate);

/// Where a sidecar with these settings answers on this machine: the first address it listens on, localhost in place of
/// "all addresses". Throws std::runtime_error when that cannot be known (port 0).
http_target local_target(const server_settings&, gate);

}  // namespace telltale
