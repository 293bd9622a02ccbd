// The TLS context shared by the TLS sources of the server.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <new>

namespace telltale {

class tls_context {
 public:
  tls_context() : context(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free) {
    if (!context) throw std::bad_alloc();
  }
  const std::shared_ptr<SSL_CTX> context;
};

}  // namespace telltale
