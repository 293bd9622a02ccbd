// Parses the address of a running sidecar: a URL or a Unix socket.
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
  std::string path;       ///< path and query of the request
  std::string shown;      ///< for messages
  std::string origin;     ///< the source of the address, a sentence without full stop; may be empty

  friend bool operator==(const http_target&, const http_target&) = default;
};

/// Parses `http://HOST:PORT`, `https://HOST:PORT` or `unix:/path`. A URL without a path selects the path of the gate.
/// `0.0.0.0` and `[::]` mean localhost, for which both loopback addresses are tried. Throws std::runtime_error with a
/// sentence.
http_target parse_target(std::string_view url, gate);

/// The address of a sidecar with these settings on this machine: the first listen address that serves gates, with
/// localhost for "all addresses". Throws std::runtime_error when the port is not known (port 0).
http_target local_target(const server_settings&, gate);

}  // namespace telltale
