// The connection over Beast's tcp_stream, whose timeouts cover TLS as well. Slow to compile, so nothing else is here.
#include "websocket/connection.hpp"

#include <array>

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "websocket/tls_failure.hpp"

namespace telltale::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

error_code plain(error_code error) { return error == beast::error::timeout ? asio::error::timed_out : error; }

bool is_address(const std::string& name) {
  error_code error;
  asio::ip::make_address(name, error);
  return !error;
}

/// RFC 6066 section 3: no server name indication for an IP address.
void ask_for(SSL* ssl, const tls_settings& settings) {
  auto* rules = ::SSL_get0_param(ssl);
  if (is_address(settings.name)) {
    if (!settings.insecure) ::X509_VERIFY_PARAM_set1_ip_asc(rules, settings.name.c_str());
    return;
  }
  SSL_set_tlsext_host_name(ssl, settings.name.c_str());
  if (settings.insecure) return;
  ::X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  ::X509_VERIFY_PARAM_set1_host(rules, settings.name.c_str(), settings.name.size());
}

std::optional<std::chrono::seconds> certificate_left(const SSL* ssl) {
  const X509* certificate = ::SSL_get0_peer_certificate(ssl);
  int days = 0;
  int seconds = 0;
  if (!certificate || ::ASN1_TIME_diff(&days, &seconds, nullptr, ::X509_get0_notAfter(certificate)) != 1)
    return std::nullopt;
  return std::chrono::days(days) + std::chrono::seconds(seconds);
}

/// OpenSSL does not keep bytes that are not a TLS record; they tell what the server speaks.
void keep_first_bytes(SSL* ssl, std::string& into) {
  into.clear();
  SSL_set_msg_callback_arg(ssl, &into);
  ::SSL_set_msg_callback(
      ssl, +[](int sent, int, int type, const void* bytes, std::size_t count, SSL*, void* arg) {
        auto& kept = *static_cast<std::string*>(arg);
        if (sent == 0 && type == SSL3_RT_HEADER && kept.empty()) kept.assign(static_cast<const char*>(bytes), count);
      });
}

class tcp_connection final : public connection {
 public:
  explicit tcp_connection(asio::any_io_executor executor) : tcp_(std::move(executor)) {}

  asio::awaitable<error_code> connect(asio::ip::tcp::endpoint endpoint, time_point until) override {
    tcp_.close();
    tcp_.expires_at(until);
    auto [error] = co_await tcp_.async_connect(endpoint, no_throw);
    if (error) co_return plain(error);
    error_code ignored;
    tcp_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return error_code();
  }

  asio::awaitable<secured> secure(const tls_client& client, time_point until) override {
    tls_.emplace(tcp_, *client.context);
    ask_for(tls_->native_handle(), client.settings);
    keep_first_bytes(tls_->native_handle(), first_bytes_);
    tcp_.expires_at(until);
    auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, no_throw);
    secured out;
    out.error = plain(error);
    if (error && out.error != asio::error::timed_out)
      out.sentence =
          explain_tls(error, ::SSL_get_verify_result(tls_->native_handle()), client.settings.name, first_bytes_);
    if (!error) out.certificate_left = certificate_left(tls_->native_handle());
    co_return out;
  }

  asio::awaitable<transferred> read_some(std::span<char> into, time_point until) override {
    // What is there already is read before a timer that has run out is looked at: a flood would go on and on.
    if (std::chrono::steady_clock::now() >= until) {
      tcp_.close();
      co_return transferred{asio::error::timed_out, 0};
    }
    const auto buffer = asio::buffer(into.data(), into.size());
    tcp_.expires_at(until);
    if (tls_) {
      auto [error, count] = co_await tls_->async_read_some(buffer, no_throw);
      co_return transferred{end_of_stream(plain(error)), count};
    }
    auto [error, count] = co_await tcp_.async_read_some(buffer, no_throw);
    co_return transferred{plain(error), count};
  }

  asio::awaitable<error_code> write(std::string_view bytes, time_point until) override {
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    tcp_.expires_at(until);
    if (tls_) {
      auto [error, count] = co_await asio::async_write(*tls_, buffer, no_throw);
      co_return plain(error);
    }
    auto [error, count] = co_await asio::async_write(tcp_, buffer, no_throw);
    co_return plain(error);
  }

  asio::awaitable<void> close(time_point until) override {
    tcp_.expires_at(until);
    if (tls_ && tcp_.socket().is_open()) co_await tls_->async_shutdown(no_throw);
    error_code error;
    tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    std::array<char, 4096> discarded;
    const auto buffer = asio::buffer(discarded);
    // Bounded: a peer that floods is not listened to for the whole time.
    for (int rounds = 0; !error && rounds < 256; ++rounds) {
      auto [failed, count] = co_await tcp_.async_read_some(buffer, no_throw);
      error = failed;
    }
    tcp_.close();
  }

 private:
  /// Many servers close TCP without a close_notify; for us that is an end like any other.
  static error_code end_of_stream(error_code error) {
    return error == asio::ssl::error::stream_truncated ? asio::error::eof : error;
  }

  std::string first_bytes_;  ///< what the server began with instead of TLS, or a record's head
  beast::tcp_stream tcp_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_;
};

}  // namespace

std::unique_ptr<connection> make_connection(asio::any_io_executor executor) {
  return std::make_unique<tcp_connection>(std::move(executor));
}

}  // namespace telltale::websocket
