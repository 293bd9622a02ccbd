// Verifies as OpenSSL does by itself, and keeps the details, which are lost after the handshake.
#include "net/tls_verification.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <exception>

#include <fmt/format.h>

#include "net/tls_certificate.hpp"

namespace telltale::net {
namespace {

std::string who(const rejected_certificate& what) {
  if (what.leaf) return "the server's certificate";
  return fmt::format("the certificate '{}' above the server's", what.subject);
}

/// The issuer is not among the trusted certificates. Whether an intermediate certificate is missing cannot be known
/// without having it, so both causes are named where both are possible.
std::string explain_issuer(const rejected_certificate& what) {
  if (what.leaf && what.sent <= 1)
    return fmt::format(
        "the server sends an incomplete chain, or its authority is unknown here: it sends only its own certificate, "
        "and the issuer '{}' is not trusted",
        what.issuer);
  return fmt::format("the certificate's authority is unknown here: '{}' is not trusted (ca_file can name it)",
                     what.issuer);
}

rejected_certificate details_of(X509_STORE_CTX* context, const std::string& asked) {
  rejected_certificate out;
  out.error = ::X509_STORE_CTX_get_error(context);
  out.asked = asked;
  out.leaf = ::X509_STORE_CTX_get_error_depth(context) == 0;
  const auto* sent = ::X509_STORE_CTX_get0_untrusted(context);
  out.sent = sent ? static_cast<std::size_t>(sk_X509_num(sent)) : 0;
  auto* certificate = ::X509_STORE_CTX_get_current_cert(context);
  if (!certificate) certificate = ::X509_STORE_CTX_get0_cert(context);
  if (!certificate) return out;
  out.subject = subject_of(*certificate);
  out.issuer = issuer_of(*certificate);
  out.names = names_of(*certificate);
  out.dates = validity_of(*certificate).value_or(validity{});
  return out;
}

handshake_notes* notes_of(const SSL* session) { return static_cast<handshake_notes*>(SSL_get_app_data(session)); }

int verify(X509_STORE_CTX* context, void*) {
  const int accepted = ::X509_verify_cert(context);
  if (accepted > 0) return accepted;
  const auto* session =
      static_cast<SSL*>(::X509_STORE_CTX_get_ex_data(context, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (auto* notes = notes_of(session); notes && accepted == 0) try {
      notes->rejected = explain_certificate(details_of(context, notes->asked), current_time());
    } catch (const std::exception&) {  // no memory: the failure keeps the sentence of its code
    }
  return accepted;
}

int note_request(SSL* session, void*) {
  if (auto* notes = notes_of(session)) notes->client_certificate_wanted = true;
  return 1;  // go on with what is configured
}

}  // namespace

std::string explain_certificate(const rejected_certificate& what, std::chrono::sys_seconds now) {
  switch (what.error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      if (auto found = judge_validity(who(what), what.dates, now); found.verdict == verdict::fail)
        return found.sentence;
      return who(what) + " is outside of its period of validity";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "the server's certificate is self-signed (ca_file can name it as trusted)";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format("the certificate's authority is unknown here: '{}' is not trusted (ca_file can name it)",
                         what.subject);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return explain_issuer(what);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("the server's certificate is not for {}: it is for {}", what.asked, what.names);
    case X509_V_ERR_CERT_REVOKED:
      return who(what) + " has been revoked";
    case X509_V_ERR_INVALID_PURPOSE:
      return what.leaf ? "the server's certificate is not one for servers" : who(what) + " must not issue certificates";
    case X509_V_ERR_INVALID_CA:
      return who(what) + " is not one of an authority";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return who(what) + " has an invalid signature: it is not from the issuer that it names";
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EE_KEY_TOO_SMALL:
      return fmt::format("the key of {} is too short to be safe", who(what));
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return who(what) + " is signed with a weak algorithm";
    default:
      return fmt::format("{} does not verify: {}", who(what), ::X509_verify_cert_error_string(what.error));
  }
}

void take_notes(ssl_ctx_st* context) {
  ::SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
  ::SSL_CTX_set_cert_cb(context, note_request, nullptr);
}

}  // namespace telltale::net
