// Maps verification errors and handshake errors of OpenSSL to sentences.
#include "net/tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include <fmt/format.h>

namespace telltale::net {
namespace {

/// Alerts and errors of a handshake; the codes are SSL_R_* of openssl/sslerr.h, alerts being 1000 + their number.
std::string explain_handshake(int code) {
  switch (code) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return "the server supports no secure TLS version (1.2 or later is required)";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_UNKNOWN_PROTOCOL:
      return "the server does not speak TLS on this port";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_SSL_HANDSHAKE_FAILURE:
      return "the server declined the TLS handshake: no cipher in common, or it requires another client certificate";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
      return "the server requires a client certificate (set cert_file and key_file)";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
      return "the server does not accept the client certificate (cert_file)";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "the server does not accept the client certificate (cert_file): it has expired";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      return "the server does not accept the client certificate (cert_file): it has been revoked";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      return "the server has no certificate for this name (server_name names another)";
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
      return "the server accepts only other protocols over TLS than this check's";
    case SSL_R_DH_KEY_TOO_SMALL:
      return "the server's Diffie-Hellman key is too small to be safe";
    default:
      return "";
  }
}

}  // namespace

std::string explain_certificate(long verify_error, const std::string& name) {
  switch (verify_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the server's certificate, or one above it, has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the server's certificate is not valid yet (is a clock wrong?)";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "the server's certificate is self-signed (ca_file can name it as trusted)";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the certificate's authority is not trusted here (ca_file can name it)";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "the certificate's authority is unknown here, or the server does not send the whole chain";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("the server's certificate is not for {}", name);
    case X509_V_ERR_CERT_REVOKED:
      return "the server's certificate has been revoked";
    case X509_V_ERR_INVALID_PURPOSE:
      return "the certificate is not one for servers";
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EE_KEY_TOO_SMALL:
      return "the certificate's key is too short to be safe";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "the certificate is signed with a weak algorithm";
    default:
      return fmt::format("the server's certificate does not verify: {}", ::X509_verify_cert_error_string(verify_error));
  }
}

std::string explain_tls(unsigned long error, long verify_error, const std::string& name, std::string_view first_bytes) {
  const int code = ERR_GET_REASON(error);
  if (code == SSL_R_CERTIFICATE_VERIFY_FAILED && verify_error != X509_V_OK)
    return explain_certificate(verify_error, name);
  constexpr std::string_view http2_settings("\x04\0\0\0\0\0", 6);  // behind its length: RFC 9113 sections 3.4, 4.1
  if (first_bytes.substr(std::min<std::size_t>(first_bytes.size(), 3)).starts_with(http2_settings))
    return "the server speaks plain HTTP/2 on this port, not TLS";
  if (first_bytes.starts_with("HTTP/")) return "the server speaks plain HTTP on this port, not TLS";
  if (auto sentence = explain_handshake(code); !sentence.empty()) return sentence;
  const char* words = ::ERR_reason_error_string(error);
  return words ? fmt::format("TLS failed: {}", words) : fmt::format("TLS failed with code {}", code);
}

#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // Boost's base class has none
const boost::system::error_category& tls_category() {
  static const struct final : boost::system::error_category {
    const char* name() const noexcept override { return "tls"; }
    std::string message(int code) const override {
      return explain_tls(static_cast<unsigned long>(static_cast<unsigned>(code)), X509_V_OK, "");
    }
  } category;
  return category;
}

boost::system::error_code tls_error(unsigned long error) { return {static_cast<int>(error), tls_category()}; }

}  // namespace telltale::net
