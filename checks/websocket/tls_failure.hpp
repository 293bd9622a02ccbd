// What a failed TLS handshake means, in a sentence a person can act on.
#pragma once

#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace telltale::websocket {

/// Why verification failed: an X509_V_ERR_* of SSL_get_verify_result(3); `name` is the host that was asked for.
std::string explain_certificate(long verify_error, const std::string& name);

/// Why the handshake failed. `error` is what Asio reported and decides unless it says that the certificate was not
/// accepted; then `verify_error` does. `first_bytes` are the first that the server sent, if they are known.
std::string explain_tls(const boost::system::error_code& error, long verify_error, const std::string& name,
                        std::string_view first_bytes = {});

}  // namespace telltale::websocket
