// What the two TLS files share.
#pragma once

#include <boost/asio/ssl/context.hpp>

namespace telltale {

class tls_context {
 public:
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
};

}  // namespace telltale
