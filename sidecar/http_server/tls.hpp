// TLS for the server; only its implementation includes OpenSSL.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http_server/http_server.hpp"
#include "http_server/transport.hpp"

struct ssl_ctx_st;

namespace telltale {

/// OpenSSL's context with certificate and key. Not changed after it is made: renewed files create a new one, and open
/// connections keep theirs.
using tls_context = ssl_ctx_st;

/// Reads both files. Throws tls_file_error with one sentence that names the file: missing, unreadable, not PEM,
/// encrypted, or a key of another certificate.
std::shared_ptr<tls_context> make_tls_context(const tls_files&);

/// Returns one sentence when the certificate is not valid at this time; empty otherwise. The certificate is served
/// anyway: a kubelet accepts it, but verifying clients do not.
std::string validity_warning(tls_context&, const tls_files&, std::chrono::system_clock::time_point);

/// TLS 1.2 or newer. Shares the context. Throws std::bad_alloc.
std::unique_ptr<transport> make_tls_transport(int socket, tls_context&);

}  // namespace telltale
