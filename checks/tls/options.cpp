// Declares the options of the tls check. No I/O.
#include "tls/options.hpp"

namespace telltale {

options_of<tls_check_options> tls_check_options::declared() {
  using self = tls_check_options;
  return options_of<self>()
      .required("address", &self::address,
                "Where to connect: HOST:PORT, [IPV6]:PORT or unix:/path. At most 8 addresses of a name are tried.")
      .optional("starttls", &self::starttls, "The protocol that begins in clear text and is asked to change to TLS.")
      .optional("min_version", &self::min_version, "The oldest TLS version that the server may choose.")
      .optional("file", &self::file,
                "The certificate file (PEM) of the server. The check fails when the server presents another "
                "certificate than the first of the file: it has not been reloaded since a renewal. The file is read "
                "in a worker process, so a dead mount does not delay other checks.")
      .include(&self::security)
      .include(&self::network);
}

void tls_check_options::validate(source_location at, problems& errors) const {
  if (address.kind == net::endpoint::kind_t::udp) errors.add(at, "address: TLS needs a TCP port or a Unix socket");
  security.require_name(address, at, errors);
}

}  // namespace telltale
