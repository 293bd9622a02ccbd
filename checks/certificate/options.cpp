// Declares the options of the certificate check. No I/O.
#include "certificate/options.hpp"

#include <fmt/format.h>

#include "net/endpoint.hpp"

namespace telltale {

options_of<certificate_options> certificate_options::declared() {
  using self = certificate_options;
  return options_of<self>()
      .required("path", &self::path,
                "A PEM file with a certificate and, behind it, those of its chain; at most 4 MiB. All of them are "
                "judged.")
      .optional("key", &self::key, "The private key (PEM, without a passphrase) that must belong to the certificate.")
      .optional("ca_file", &self::ca_file,
                "Trusted certificates (PEM); the certificate must lead to one of them. Without it the chain is not "
                "verified.")
      .optional("host", &self::host, "Host names or IP addresses that the certificate must be for.")
      .optional("expiry", &self::expiry,
                "Limit on the time until the first of the certificates expires. Without it the check warns in the last "
                "sixth of the certificate's validity, at most 21 days before its end: whoever renews it should have "
                "done so when a third was left.");
}

void certificate_options::validate(source_location at, problems& errors) const {
  for (const auto& name : host)
    if (!net::is_host(name))
      errors.add(at, fmt::format("host: '{}' is not a host name or an IP address (without port and wildcard)", name));
  if (ca_file && ca_file->text == path.text)
    errors.add(at, "ca_file: the same file as path, so every certificate would be trusted");
}

}  // namespace telltale
