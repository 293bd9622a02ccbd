// Reads the names, dates and numbers of one certificate. No I/O.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/validity.hpp"

struct x509_st;
struct evp_pkey_st;

namespace telltale::net {

struct free_certificate {
  void operator()(x509_st*) const;
};
struct free_key {
  void operator()(evp_pkey_st*) const;
};
using certificate_ptr = std::unique_ptr<x509_st, free_certificate>;
using key_ptr = std::unique_ptr<evp_pkey_st, free_key>;

/// The common name of the subject or issuer, else the whole name; printable and short.
std::string subject_of(const x509_st&);
std::string issuer_of(const x509_st&);

/// The host names and addresses that the certificate is for, at most four of them, as in "a.test, b.test and 3 more".
/// Without any (RFC 6125 section 6.4.4) the common name.
std::string names_of(x509_st&);

/// "serial 1A2B (SHA-256 0123456789abcdef)": the same text exactly for the same certificate.
std::string identity_of(const x509_st&);

/// Empty when the dates are malformed.
std::optional<validity> validity_of(const x509_st&);

/// Whether the certificate is for this host name or IP address (RFC 6125), as in a TLS handshake.
bool is_for(x509_st&, const std::string& host);

/// Whether the certificate is for this private key.
bool belong_together(const x509_st&, const evp_pkey_st& key);

}  // namespace telltale::net
