// Describes TLS failures in sentences that name the cause.
#pragma once

#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace telltale::net {

/// `error` is a code of ERR_get_error(3), `first_bytes` the first that the server sent, if known, and `oldest` the
/// oldest accepted version. Rejected certificates are explained by tls_verification.hpp.
std::string explain_tls(unsigned long error, std::string_view first_bytes = {}, std::string_view oldest = "1.2");

/// Errors of OpenSSL as error codes; `message()` is the sentence of `explain_tls`.
const boost::system::error_category& tls_category();
boost::system::error_code tls_error(unsigned long error);

}  // namespace telltale::net
