// Loads the files with OpenSSL and determines the cause of a failure.
#include "net/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fmt/format.h>

#include "net/tls_pem.hpp"
#include "net/tls_pem_file.hpp"

namespace telltale::net {
namespace {

using file_t = identity_fault::file_t;

/// OpenSSL's text for its last error; clears the error queue.
std::string taken_error() {
  const char* words = ::ERR_reason_error_string(::ERR_peek_error());
  ::ERR_clear_error();
  return words ? words : "unknown";
}

/// The first certificate is the program's own, the others are its chain.
bool use_certificates(SSL_CTX* context, const pem_certificates& found) {
  if (::SSL_CTX_use_certificate(context, found.all[0].get()) != 1) return false;
  for (std::size_t i = 1; i < found.all.size(); ++i)
    if (::SSL_CTX_add1_chain_cert(context, found.all[i].get()) != 1) return false;
  return true;
}

}  // namespace

identity_fault use_identity(ssl_ctx_st* context, const std::string& certificate, const std::string& key) {
  const pem_file certificate_file(certificate);
  if (auto why = certificate_file.problem(); !why.empty()) return {file_t::certificate, std::move(why)};
  const pem_file key_file(key);
  if (auto why = key_file.problem(); !why.empty()) return {file_t::key, std::move(why)};
  auto found = certificates_in(certificate_file.text());
  if (found.fault) return {file_t::certificate, std::move(found.fault.words)};
  auto own = key_in(key_file.text());
  if (own.fault) return {file_t::key, std::move(own.fault.words)};
  ::ERR_clear_error();
  if (!use_certificates(context, found)) return {file_t::certificate, taken_error()};
  if (!belong_together(*found.all[0], *own.key))
    return {file_t::key, fmt::format("does not match the certificate {}", certificate)};
  if (::SSL_CTX_use_PrivateKey(context, own.key.get()) != 1) return {file_t::key, taken_error()};
  return {};
}

}  // namespace telltale::net
