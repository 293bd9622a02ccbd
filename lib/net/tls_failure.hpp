// Describes TLS failures in sentences that name the cause.
#pragma once

#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

namespace telltale::net {

/// Why verification failed: an X509_V_ERR_* of SSL_get_verify_result(3); `name` is the host that was asked for.
std::string explain_certificate(long verify_error, const std::string& name);

/// `error` is a code of ERR_get_error(3). If it means that the certificate was not accepted, `verify_error` determines
/// the sentence instead. `first_bytes` are the first that the server sent, if known.
std::string explain_tls(unsigned long error, long verify_error, const std::string& name,
                        std::string_view first_bytes = {});

/// Errors of OpenSSL as error codes; `message()` is the sentence of `explain_tls`.
const boost::system::error_category& tls_category();
boost::system::error_code tls_error(unsigned long error);

}  // namespace telltale::net
