// Configures OpenSSL for the server, once per pair of files.
#include "http_server/tls.hpp"

#include <openssl/ssl.h>

#include <new>

#include <fmt/format.h>

#include "net/tls_identity.hpp"

namespace telltale {

namespace {

int prefer_http_1_1(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof(ours) - 1, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;  // omits ALPN; a client that requires HTTP/2 closes by itself
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Disables renegotiation and the session cache, which let a client use our time and memory. Many clients close without
// close_notify; the server treats that as a normal end.
void harden(SSL_CTX* native) {
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  // Unwritten data may be retried from another buffer.
  SSL_CTX_set_mode(native,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(native, prefer_http_1_1, nullptr);
}

}  // namespace

std::shared_ptr<tls_context> make_tls_context(const tls_files& files) {
  std::shared_ptr<tls_context> out(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free);
  if (!out) throw std::bad_alloc();
  harden(out.get());
  const auto fault = net::use_identity(out.get(), files.cert, files.key);
  using file_t = net::identity_fault::file_t;
  using which = tls_file_error::file;
  if (fault.file == file_t::certificate)
    throw tls_file_error(which::cert, fmt::format("TLS certificate {}: {}", files.cert, fault.why));
  if (fault.file == file_t::key) throw tls_file_error(which::key, fmt::format("TLS key {}: {}", files.key, fault.why));
  return out;
}

std::string validity_warning(tls_context& loaded, const tls_files& files, std::chrono::system_clock::time_point now) {
  const X509* shown = SSL_CTX_get0_certificate(&loaded);
  auto moment = std::chrono::system_clock::to_time_t(now);
  const auto said = [&](const ASN1_TIME* time, std::string_view what) {
    std::tm date{};
    ASN1_TIME_to_tm(time, &date);
    return fmt::format(
        "TLS certificate {}: {} {:04}-{:02}-{:02} {:02}:{:02} UTC; renew it, verifying clients reject it", files.cert,
        what, date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min);
  };
  if (X509_cmp_time(X509_get0_notAfter(shown), &moment) < 0) return said(X509_get0_notAfter(shown), "expired on");
  if (X509_cmp_time(X509_get0_notBefore(shown), &moment) > 0)
    return said(X509_get0_notBefore(shown), "not valid before");
  return {};
}

}  // namespace telltale
