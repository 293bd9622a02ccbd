// TLS for the server; only its implementation includes OpenSSL.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http_server/http_server.hpp"
#include "http_server/transport.hpp"

namespace telltale {

/// Certificate and key for handshakes. Immutable: renewed files create a new context, open connections keep theirs.
class tls_context;

/// Reads both files. Throws tls_file_error with one sentence that names the file: missing, unreadable, not PEM,
/// encrypted, or a key of another certificate.
std::shared_ptr<tls_context> make_tls_context(const tls_files&);

/// Returns one sentence when the certificate is not valid at this time; empty otherwise. The certificate is served
/// anyway: a kubelet accepts it, but verifying clients do not.
std::string validity_warning(tls_context&, const tls_files&, std::chrono::system_clock::time_point);

/// TLS 1.2 or newer. Throws std::bad_alloc.
std::unique_ptr<transport> make_tls_transport(int socket, std::shared_ptr<tls_context>);

}  // namespace telltale
