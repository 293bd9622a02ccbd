// Runs OpenSSL between two memory buffers.
#include "net/tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <new>

#include <fmt/format.h>

#include "net/tls_certificate.hpp"
#include "net/tls_failure.hpp"
#include "net/tls_verification.hpp"

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

tls_session::tls_session(const tls_client& client)
    : notes_(std::make_unique<handshake_notes>()), session_(::SSL_new(client.context.get())), oldest_(client.oldest) {
  auto* in = ::BIO_new(::BIO_s_mem());
  auto* out = ::BIO_new(::BIO_s_mem());
  if (session_ && in && out) ::SSL_set_bio(session_.get(), in, out);  // takes ownership of both
  else throw std::bad_alloc();
  ::SSL_set_connect_state(session_.get());
  notes_->asked = client.name;
  SSL_set_app_data(session_.get(), notes_.get());
  if (!client.name.empty()) ask_for(session_.get(), client.name, !client.options.insecure);
}

tls_session::~tls_session() = default;

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
  if (!notes_->rejected.empty() && ERR_GET_REASON(error_) == SSL_R_CERTIFICATE_VERIFY_FAILED) return notes_->rejected;
  // Before TLS 1.3 there is no alert for a missing certificate (RFC 8446 section 4.4.2.4).
  if (notes_->client_certificate_wanted && ERR_GET_REASON(error_) == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)
    return explain_tls(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED));
  return explain_tls(error_, first_bytes_, option_traits<tls_version>::text(oldest_));
}

namespace {

/// Of the chain from the server's certificate to the trusted one; without verification only of the former.
std::optional<tls_facts::expiry> first_expiry(const SSL* session) {
  const auto* chain = ::SSL_get_verify_result(session) == X509_V_OK ? ::SSL_get0_verified_chain(session) : nullptr;
  const X509* first = nullptr;
  std::optional<validity> dates;
  const auto* own = ::SSL_get0_peer_certificate(session);
  const auto look_at = [&](const X509* certificate) {
    const auto found = certificate ? validity_of(*certificate) : std::nullopt;
    if (!found || (dates && dates->until <= found->until)) return;
    dates = found;
    first = certificate;
  };
  look_at(own);
  for (int i = 1; chain && i < sk_X509_num(chain); ++i) look_at(sk_X509_value(chain, i));
  if (!first) return std::nullopt;
  const bool leaf = first == own;
  return tls_facts::expiry{
      leaf ? "the server's certificate" : fmt::format("the certificate '{}' above the server's", subject_of(*first)),
      *dates};
}

}  // namespace

tls_facts tls_session::facts() const {
  tls_facts out;
  out.version = ::SSL_version(session_.get()) >= TLS1_3_VERSION ? 1.3 : 1.2;
  if (const auto* own = ::SSL_get0_peer_certificate(session_.get())) out.identity = identity_of(*own);
  out.first_expiry = first_expiry(session_.get());
  out.client_certificate_wanted = notes_->client_certificate_wanted;
  return out;
}

std::string_view tls_session::protocol() const {
  const unsigned char* selected = nullptr;
  unsigned size = 0;
  ::SSL_get0_alpn_selected(session_.get(), &selected, &size);
  return {reinterpret_cast<const char*>(selected), size};
}

}  // namespace telltale::net
