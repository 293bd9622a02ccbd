// TLS for healthcheck and wait: OpenSSL between two memory buffers, so that the stream below keeps the deadline.
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>

#include "client/stream.hpp"

namespace telltale {
namespace {

struct ssl_deleter {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  void operator()(SSL* session) const { ::SSL_free(session); }
};

/// Addresses are not allowed in SNI (RFC 6066, section 3).
bool is_name(const std::string& host) {
  in6_addr bytes;
  return !host.empty() && ::inet_pton(AF_INET, host.c_str(), &bytes) != 1 &&
         ::inet_pton(AF_INET6, host.c_str(), &bytes) != 1;
}

class tls_stream final : public client_stream {
 public:
  tls_stream(std::unique_ptr<client_stream> plain, const std::string& host)
      : plain_(std::move(plain)), context_(::SSL_CTX_new(::TLS_client_method())) {
    if (context_) session_.reset(::SSL_new(context_.get()));
    if (!session_) throw std::runtime_error("TLS cannot be started");
    in_ = ::BIO_new(::BIO_s_mem());
    out_ = ::BIO_new(::BIO_s_mem());
    ::SSL_set_bio(session_.get(), in_, out_);  // takes both
    if (is_name(host)) ::SSL_set_tlsext_host_name(session_.get(), host.c_str());
    repeat([this] { return ::SSL_connect(session_.get()); });
  }

  void send_all(std::string_view text) override {
    if (!text.empty()) repeat([&] { return ::SSL_write(session_.get(), text.data(), static_cast<int>(text.size())); });
  }

  std::size_t receive(char* into, std::size_t size) override {
    return static_cast<std::size_t>(repeat([&] { return ::SSL_read(session_.get(), into, static_cast<int>(size)); }));
  }

 private:
  /// Runs a step of the session until it is done, moving bytes as it asks. Returns 0 at the end of the stream.
  template <class Step>
  int repeat(Step step) {
    for (;;) {
      ::ERR_clear_error();
      const int done = step();
      const int why = ::SSL_get_error(session_.get(), done);
      flush();
      if (done > 0) return done;
      if (why == SSL_ERROR_ZERO_RETURN) return 0;
      if (why != SSL_ERROR_WANT_READ) throw std::runtime_error("the TLS handshake failed; does it speak TLS?");
      fill();
    }
  }

  void flush() {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(out_, &bytes);
    if (size > 0) plain_->send_all({bytes, static_cast<std::size_t>(size)});
    static_cast<void>(BIO_reset(out_));
  }

  void fill() {
    std::array<char, 16 * 1024> buffer;
    const auto size = plain_->receive(buffer.data(), buffer.size());
    if (size == 0) throw std::runtime_error("the TLS connection was cut");
    ::BIO_write(in_, buffer.data(), static_cast<int>(size));
  }

  std::unique_ptr<client_stream> plain_;
  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
  std::unique_ptr<SSL, ssl_deleter> session_;
  BIO* in_ = nullptr;   // owned by the session
  BIO* out_ = nullptr;  // owned by the session
};

}  // namespace

std::unique_ptr<client_stream> open_client_tls(std::unique_ptr<client_stream> plain, const std::string& host) {
  return std::make_unique<tls_stream>(std::move(plain), host);
}

}  // namespace telltale
