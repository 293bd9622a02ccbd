// TLS for the server: the only files of it that touch OpenSSL.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http_server/http_server.hpp"
#include "http_server/transport.hpp"

namespace telltale {

/// Certificate and key, ready for handshakes. Immutable: renewed files make a new one, open streams keep theirs.
class tls_context;

/// Reads both files now. Throws tls_file_error with one sentence that names the file: missing, unreadable, not PEM,
/// encrypted, or a key that belongs to another certificate.
std::shared_ptr<tls_context> make_tls_context(const tls_files&);

/// One sentence when the certificate of these files is not valid at this moment: it is served all the same, as a
/// kubelet does not mind, but whoever verifies it will. Empty: it is.
std::string validity_warning(tls_context&, const tls_files&, std::chrono::system_clock::time_point);

/// TLS 1.2 or newer. Throws std::bad_alloc.
std::unique_ptr<transport> make_tls_transport(int socket, std::shared_ptr<tls_context>);

}  // namespace telltale
