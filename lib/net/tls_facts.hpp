// What a finished handshake tells about the server.
#pragma once

#include <optional>
#include <string>

#include "net/validity.hpp"

namespace telltale::net {

struct tls_facts {
  double version = 0;    ///< 1.2 or 1.3
  std::string identity;  ///< of the server's certificate, as returned by `identity_of`; empty without one
  /// The certificate that expires first: of the verified chain, or the server's own when it was not verified.
  struct expiry {
    std::string whose;  ///< "the server's certificate" or "the certificate 'NAME' above the server's"
    validity dates;
  };
  std::optional<expiry> first_expiry;
  bool client_certificate_wanted = false;  ///< the server has asked for one; whether it insists is not known
};

}  // namespace telltale::net
