// Implements TLS for healthcheck and wait: a session without I/O, so that the underlying stream enforces the deadline.
#include <array>
#include <stdexcept>

#include "client/stream.hpp"
#include "net/tls_session.hpp"

namespace telltale {
namespace {

using state = net::tls_session::state;

net::tls_client any_server(const std::string& host) {
  net::tls_options options;
  options.insecure = true;
  return net::make_tls_client(options, host);
}

class tls_stream final : public client_stream {
 public:
  tls_stream(std::unique_ptr<client_stream> plain, const std::string& host)
      : plain_(std::move(plain)), session_(any_server(host)) {
    repeat([this] { return session_.handshake(); });
  }

  void send_all(std::string_view text) override {
    repeat([&] { return session_.write(text); });
  }

  std::size_t receive(char* into, std::size_t size) override {
    std::size_t count = 0;
    repeat([&] { return session_.read({into, size}, count); });
    return count;
  }

 private:
  /// Repeats a step of the session until it is done, and transfers bytes as needed.
  template <class Step>
  void repeat(Step step) {
    for (;;) {
      const auto now = step();
      if (now == state::failed) throw std::runtime_error(session_.explain());
      plain_->send_all(session_.take_output());
      if (now != state::want_input) return;
      std::array<char, 16 * 1024> buffer;
      const auto size = plain_->receive(buffer.data(), buffer.size());
      if (size == 0) throw std::runtime_error("the TLS connection was closed unexpectedly");
      session_.feed({buffer.data(), size});
    }
  }

  std::unique_ptr<client_stream> plain_;
  net::tls_session session_;
};

}  // namespace

std::unique_ptr<client_stream> open_client_tls(std::unique_ptr<client_stream> plain, const std::string& host) {
  return std::make_unique<tls_stream>(std::move(plain), host);
}

}  // namespace telltale
