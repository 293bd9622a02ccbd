// The TLS context of a check: trusted certificates and the client's identity, loaded once.
#pragma once

#include <memory>
#include <string>

#include "net/tls_options.hpp"

struct ssl_ctx_st;

namespace telltale::net {

/// Shared by all runs of one check; immutable after it is made.
struct tls_client {
  tls_options options;
  std::string name;  ///< host name or IP address for SNI and verification; empty: neither
  std::shared_ptr<ssl_ctx_st> context;
  std::string protocol;  ///< that the server must select by ALPN (RFC 7301), e.g. "h2"; empty: none is offered
  tls_version oldest = tls_version::v1_2;
};

/// TLS 1.2 or later; the server is verified unless `options.insecure`. `host` is the name when the options have none.
/// Throws std::runtime_error with a sentence when a file cannot be used. Reads files: not for use inside a probe.
tls_client make_tls_client(tls_options, const std::string& host, std::string protocol = {});

/// Accepts no older version. Before the client is used.
void require_version(tls_client&, tls_version oldest);

}  // namespace telltale::net
