// Loads and validates the TLS files and configures OpenSSL.
#include "http_server/tls.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>

#include "api/file_error.hpp"
#include "base/small_file.hpp"
#include "http_server/tls_context.hpp"

namespace telltale {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t max_pem_bytes = 1 << 20;
using which = tls_file_error::file;

tls_file_error refusal(which file, const std::string& path, std::string_view why) {
  return {file, fmt::format("TLS {} {}: {}", file == which::cert ? "certificate" : "key", path, why)};
}

std::string read_pem(which file_of, const std::string& path) {
  auto file = read_small_file(path, max_pem_bytes);
  if (!file.ok()) throw refusal(file_of, path, file_error(file));
  return std::move(file.text);
}

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
void harden(asio::ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  // Unwritten data may be retried from another buffer.
  SSL_CTX_set_mode(native,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(native, prefer_http_1_1, nullptr);
}

void load_certificate(asio::ssl::context& context, const std::string& path) {
  const auto pem = read_pem(which::cert, path);
  error_code ec;
  context.use_certificate_chain(asio::buffer(pem), ec);
  if (ec) throw refusal(which::cert, path, fmt::format("not a certificate in PEM ({})", ec.message()));
}

void load_key(asio::ssl::context& context, const tls_files& files) {
  auto pem = read_pem(which::key, files.key);
  bool asked_password = false;
  // Without a callback OpenSSL would prompt on the terminal.
  context.set_password_callback([&asked_password](std::size_t, asio::ssl::context::password_purpose) {
    asked_password = true;
    return std::string();
  });
  error_code ec;
  context.use_private_key(asio::buffer(pem), asio::ssl::context::pem, ec);
  const bool usable = !ec && SSL_CTX_check_private_key(context.native_handle()) == 1;
  context.set_password_callback([](std::size_t, asio::ssl::context::password_purpose) { return std::string(); });
  OPENSSL_cleanse(pem.data(), pem.size());
  if (usable) return;
  if (asked_password) throw refusal(which::key, files.key, "encrypted; use a key without a passphrase");
  if (!ec || ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == X509_R_KEY_VALUES_MISMATCH)
    throw refusal(which::key, files.key, fmt::format("does not match the certificate {}", files.cert));
  throw refusal(which::key, files.key, fmt::format("not a private key in PEM ({})", ec.message()));
}

}  // namespace

std::shared_ptr<tls_context> make_tls_context(const tls_files& files) {
  auto out = std::make_shared<tls_context>();
  harden(out->context);
  load_certificate(out->context, files.cert);
  load_key(out->context, files);
  return out;
}

std::string validity_warning(tls_context& loaded, const tls_files& files, std::chrono::system_clock::time_point now) {
  const X509* shown = SSL_CTX_get0_certificate(loaded.context.native_handle());
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
