// Explains why the certificate of a server is not accepted.
#pragma once

#include <cstddef>
#include <string>

#include "net/validity.hpp"

struct ssl_ctx_st;

namespace telltale::net {

/// What OpenSSL reports about the first certificate of the chain that it does not accept.
struct rejected_certificate {
  long error = 0;        ///< an X509_V_ERR_*
  std::string asked;     ///< the host name or address that it should be for
  bool leaf = true;      ///< the server's own certificate, not one above it
  std::size_t sent = 0;  ///< certificates that the server has sent
  std::string subject;
  std::string issuer;
  std::string names;  ///< as returned by `names_of`
  validity dates;
};

std::string explain_certificate(const rejected_certificate&, std::chrono::sys_seconds now);

/// What the callbacks of a handshake record; SSL_set_app_data(3) of the session points to it.
struct handshake_notes {
  std::string asked;
  std::string rejected;                    ///< a sentence; empty while nothing was rejected
  bool client_certificate_wanted = false;  ///< the server has asked for one
};

/// Records in the notes of a session why its verification failed and what the server asks for.
void take_notes(ssl_ctx_st*);

}  // namespace telltale::net
