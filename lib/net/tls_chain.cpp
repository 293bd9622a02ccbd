// Implements the chain with OpenSSL's X509_verify_cert(3).
#include "net/tls_chain.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <new>

#include <fmt/format.h>

#include "net/tls_pointer.hpp"

namespace telltale::net {
namespace {

void free_list(STACK_OF(X509) * list) { sk_X509_free(list); }

using store_ptr = std::unique_ptr<X509_STORE, releaser<&::X509_STORE_free>>;
using context_ptr = std::unique_ptr<X509_STORE_CTX, releaser<&::X509_STORE_CTX_free>>;
using list_ptr = std::unique_ptr<STACK_OF(X509), releaser<&free_list>>;

std::string explain_end(X509_STORE_CTX* context) {
  const int error = ::X509_STORE_CTX_get_error(context);
  const auto* at = ::X509_STORE_CTX_get_current_cert(context);
  const auto subject = at ? subject_of(*at) : "";
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format("the issuer of '{}', which is '{}', is neither in this file nor in ca_file", subject,
                         at ? issuer_of(*at) : "");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format("the certificate '{}' is self-signed and not in ca_file", subject);
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return fmt::format("the certificate '{}' has an invalid signature: it is not from the issuer that it names",
                         subject);
    default:
      return fmt::format("the chain does not verify at '{}': {}", subject, ::X509_verify_cert_error_string(error));
  }
}

}  // namespace

certificate_chain chain_of(const std::vector<certificate_ptr>& certificates,
                           const std::vector<certificate_ptr>& trusted) {
  const store_ptr store(::X509_STORE_new());
  const context_ptr context(::X509_STORE_CTX_new());
  const list_ptr others(sk_X509_new_null());
  if (!store || !context || !others) throw std::bad_alloc();
  for (const auto& each : trusted) ::X509_STORE_add_cert(store.get(), each.get());
  for (const auto& each : certificates) sk_X509_push(others.get(), each.get());
  if (::X509_STORE_CTX_init(context.get(), store.get(), certificates.at(0).get(), others.get()) != 1)
    throw std::bad_alloc();
  ::X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  certificate_chain out;
  if (::X509_verify_cert(context.get()) > 0) {
    const auto* chain = ::X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i) out.certificates.push_back(sk_X509_value(chain, i));
  } else {
    out.problem = explain_end(context.get());
  }
  ::ERR_clear_error();
  return out;
}

}  // namespace telltale::net
