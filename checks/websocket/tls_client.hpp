// How a probe trusts a server: certificate authorities, the name to verify, or nothing at all.
#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace telltale::websocket {

struct tls_settings {
  std::string ca_file;  ///< PEM; empty: the system's authorities
  std::string name;     ///< host name or IP address that the certificate must be for
  bool insecure = false;
};

/// Shared by all runs of one check; immutable after it is made.
struct tls_client {
  tls_settings settings;
  std::shared_ptr<boost::asio::ssl::context> context;
};

/// Throws std::runtime_error with a sentence when the CA file cannot be used. Reads files: not for use inside a probe.
tls_client make_tls_client(tls_settings);

}  // namespace telltale::websocket
