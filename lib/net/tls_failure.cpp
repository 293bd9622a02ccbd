// Maps the alerts and handshake errors of OpenSSL to sentences.
#include "net/tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fmt/format.h>

#include "net/spoken_protocol.hpp"

namespace telltale::net {
namespace {

/// Alerts and errors of a handshake; the codes are SSL_R_* of openssl/sslerr.h, alerts being 1000 + their number.
std::string explain_handshake(int code, std::string_view oldest) {
  switch (code) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return fmt::format("the server supports no TLS version that is accepted ({} or later is required)", oldest);
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

std::string explain_tls(unsigned long error, std::string_view first_bytes, std::string_view oldest) {
  if (const auto protocol = spoken_protocol(first_bytes); !protocol.empty()) {
    const bool may_start_later = protocol.find("SMTP") == 0 || protocol == "IMAP" || protocol == "POP3";
    return fmt::format("the server speaks {} on this port, not TLS{}", protocol,
                       may_start_later ? " (or only after STARTTLS)" : "");
  }
  const int code = ERR_GET_REASON(error);
  if (auto sentence = explain_handshake(code, oldest); !sentence.empty()) return sentence;
  const char* words = ::ERR_reason_error_string(error);
  return words ? fmt::format("TLS failed: {}", words) : fmt::format("TLS failed with code {}", code);
}

#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // Boost's base class has none
const boost::system::error_category& tls_category() {
  static const struct final : boost::system::error_category {
    const char* name() const noexcept override { return "tls"; }
    std::string message(int code) const override {
      return explain_tls(static_cast<unsigned long>(static_cast<unsigned>(code)));
    }
  } category;
  return category;
}

boost::system::error_code tls_error(unsigned long error) { return {static_cast<int>(error), tls_category()}; }

}  // namespace telltale::net
