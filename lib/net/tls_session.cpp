// Runs OpenSSL between two memory buffers.
#include "net/tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <new>

#include "net/tls_failure.hpp"

namespace telltale::net {
namespace {

bool is_address(const std::string& name) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, name.c_str(), &ignored) == 1 || ::inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

/// RFC 6066 section 3: no server name indication for an IP address.
void ask_for(SSL* session, const std::string& name, bool verify) {
  auto* rules = ::SSL_get0_param(session);
  if (is_address(name)) {
    if (verify) ::X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str());
    return;
  }
  SSL_set_tlsext_host_name(session, name.c_str());
  if (!verify) return;
  ::X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  ::X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size());
}

}  // namespace

void tls_session::free_session::operator()(ssl_st* session) const { ::SSL_free(session); }

tls_session::tls_session(const tls_client& client) : session_(::SSL_new(client.context.get())), name_(client.name) {
  auto* in = ::BIO_new(::BIO_s_mem());
  auto* out = ::BIO_new(::BIO_s_mem());
  if (session_ && in && out) ::SSL_set_bio(session_.get(), in, out);  // takes ownership of both
  else throw std::bad_alloc();
  ::SSL_set_connect_state(session_.get());
  if (!name_.empty()) ask_for(session_.get(), name_, !client.options.insecure);
}

void tls_session::feed(std::string_view from_peer) {
  constexpr std::size_t enough = 16;
  if (first_bytes_.size() < enough) first_bytes_ += from_peer.substr(0, enough);
  ::BIO_write(::SSL_get_rbio(session_.get()), from_peer.data(), static_cast<int>(from_peer.size()));
}

std::string tls_session::take_output() {
  auto* bio = ::SSL_get_wbio(session_.get());
  std::string out(::BIO_ctrl_pending(bio), '\0');
  if (!out.empty()) ::BIO_read(bio, out.data(), static_cast<int>(out.size()));
  return out;
}

tls_session::state tls_session::judge(int result) {
  if (result > 0) return state::done;
  switch (::SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return state::want_input;
    case SSL_ERROR_ZERO_RETURN:
      return state::ended;
    default:
      error_ = ::ERR_get_error();
      if (error_ == 0) error_ = ERR_PACK(ERR_LIB_SSL, 0, ERR_R_INTERNAL_ERROR);
      return state::failed;
  }
}

// OpenSSL reads the error queue to classify a failed call, so the queue is cleared before each call.
tls_session::state tls_session::handshake() {
  ::ERR_clear_error();
  return judge(::SSL_do_handshake(session_.get()));
}

tls_session::state tls_session::read(std::span<char> into, std::size_t& count) {
  ::ERR_clear_error();
  return judge(::SSL_read_ex(session_.get(), into.data(), into.size(), &count));
}

tls_session::state tls_session::peek() {
  ::ERR_clear_error();
  char next = 0;
  std::size_t count = 0;
  return judge(::SSL_peek_ex(session_.get(), &next, 1, &count));
}

tls_session::state tls_session::write(std::string_view bytes) {
  if (bytes.empty()) return state::done;
  ::ERR_clear_error();
  std::size_t written = 0;
  return judge(::SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written));
}

void tls_session::shutdown() {
  if (error_ != 0) return;  // not allowed after a failure
  ::ERR_clear_error();
  ::SSL_shutdown(session_.get());
}

std::string tls_session::explain() const {
  return explain_tls(error_, ::SSL_get_verify_result(session_.get()), name_, first_bytes_);
}

std::optional<std::chrono::seconds> tls_session::certificate_left() const {
  const X509* certificate = ::SSL_get0_peer_certificate(session_.get());
  int days = 0;
  int seconds = 0;
  if (!certificate || ::ASN1_TIME_diff(&days, &seconds, nullptr, ::X509_get0_notAfter(certificate)) != 1)
    return std::nullopt;
  return std::chrono::days(days) + std::chrono::seconds(seconds);
}

}  // namespace telltale::net
