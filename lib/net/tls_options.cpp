// Declares the TLS options and validates their combinations.
#include "net/tls_options.hpp"

namespace telltale::net {

options_of<tls_options> tls_options::declared() {
  using self = tls_options;
  return options_of<self>()
      .optional("ca_file", &self::ca_file,
                "Certificate authorities (PEM) to trust instead of the system's; read once at start.")
      .optional("cert_file", &self::cert_file,
                "Client certificate (PEM, with its chain) to present; needs `key_file`; read once at start.")
      .optional("key_file", &self::key_file,
                "Private key (PEM, without a passphrase) of `cert_file`; read once at start.")
      .optional("server_name", &self::server_name,
                "The name to ask for and to verify in the certificate, when it is not the host that is connected "
                "to.")
      .optional("insecure", &self::insecure, "Accept any certificate: encrypts, but proves nothing.")
      .optional("certificate", &self::certificate,
                "Limit on the time until the server's certificate, or the first one above it, expires. Without it the "
                "type `tls` warns in the last sixth of the validity, at most 21 days before its end.");
}

void tls_options::validate(source_location at, problems& errors) const {
  if (insecure && ca_file) errors.add(at, "insecure turns verification off, so ca_file would have no effect");
  if (cert_file.has_value() != key_file.has_value())
    errors.add(at,
               cert_file ? "cert_file needs key_file, its private key" : "key_file needs cert_file, its certificate");
  if (server_name && !is_host(*server_name))
    errors.add(at, "server_name: expected a host name or an IP address, without a port");
}

std::vector<option_hint> tls_options::hints() const {
  if (!insecure) return {};
  return {{"insecure",
           "insecure: any server that answers at this address passes, with any certificate - name its authority with "
           "ca_file, and the name in its certificate with server_name"}};
}

bool tls_options::any() const {
  return ca_file || cert_file || key_file || server_name || insecure || certificate.warn || certificate.fail;
}

void tls_options::require_name(const endpoint& to, source_location at, problems& errors) const {
  if (to.kind == endpoint::kind_t::unix_socket && !insecure && !server_name)
    errors.add(at, "tls: a Unix socket has no host name to verify; give server_name");
}

}  // namespace telltale::net
