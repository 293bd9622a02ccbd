// The TLS context shared by the TLS sources of the server.
#pragma once

#include <boost/asio/ssl/context.hpp>

namespace telltale {

class tls_context {
 public:
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
};

}  // namespace telltale
