// Implements the transport with OpenSSL over a non-blocking socket.
#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http_server/tls.hpp"
#include "net/tls_pointer.hpp"

namespace telltale {
namespace {

constexpr std::size_t record_bytes = 16'384;  // maximum plain text of one record (RFC 8446, 5.1)

int socket_of(BIO* bio) { return *static_cast<int*>(BIO_get_data(bio)); }

// OpenSSL's own socket BIO calls write(2), which raises SIGPIPE when the peer has closed.
int read_socket(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const auto got = receive_some(socket_of(bio), {into, static_cast<std::size_t>(size)});
  if (got.state == io_state::want_read) BIO_set_retry_read(bio);
  if (got.state == io_state::ended) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return got.state == io_state::done ? static_cast<int>(got.bytes) : got.state == io_state::ended ? 0 : -1;
}

int write_socket(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  const auto got = send_some(socket_of(bio), {std::string_view(from, static_cast<std::size_t>(size)), {}});
  if (got.state == io_state::want_write) BIO_set_retry_write(bio);
  return got.state == io_state::done ? static_cast<int>(got.bytes) : -1;
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read(made, read_socket);
    BIO_meth_set_write(made, write_socket);
    BIO_meth_set_ctrl(made, control_socket);
    return made;
  }();
  return method;
}

class tls_transport final : public transport {
 public:
  tls_transport(int socket, tls_context& context) : socket_(socket), tls_(SSL_new(&context)) {
    auto* bio = tls_ ? BIO_new(socket_method()) : nullptr;
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_accept_state(tls_.get());
  }

  io_step open() override {
    return attempt([this] { return SSL_do_handshake(tls_.get()); }, false);
  }

  io_step read(std::span<char> into) override {
    const auto size = static_cast<int>(std::min(into.size(), record_bytes));
    return attempt([&] { return SSL_read(tls_.get(), into.data(), size); }, true);
  }

  io_step write(const pieces& from) override {
    auto bytes = from[0].empty() ? from[1] : from[0];
    std::array<char, record_bytes> joined;
    if (!from[0].empty() && !from[1].empty() && from[0].size() < record_bytes) {
      // A record for the head alone would cost another packet and another decryption.
      const auto second = from[1].substr(0, record_bytes - from[0].size());
      std::memcpy(joined.data(), from[0].data(), from[0].size());
      std::memcpy(joined.data() + from[0].size(), second.data(), second.size());
      bytes = {joined.data(), from[0].size() + second.size()};
    }
    if (bytes.empty()) return {io_state::done};
    const auto size = static_cast<int>(std::min(bytes.size(), record_bytes));
    return attempt([&] { return SSL_write(tls_.get(), bytes.data(), size); }, true);
  }

  io_step shut_down() override {
    const auto done = attempt([this] { return SSL_shutdown(tls_.get()) < 0 ? -1 : 1; }, false);
    return done.state == io_state::want_write ? done
                                              : io_step{io_state::done};  // the peer's close_notify is not awaited
  }

 private:
  template <class Call>
  io_step attempt(Call call, bool counts) {
    ERR_clear_error();  // OpenSSL reads the error of this call from there
    const int result = call();
    if (result > 0) return {io_state::done, counts ? static_cast<std::size_t>(result) : 0};
    switch (SSL_get_error(tls_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {io_state::want_read};
      case SSL_ERROR_WANT_WRITE:
        return {io_state::want_write};
      case SSL_ERROR_ZERO_RETURN:
        return {io_state::ended};
      default:
        return {io_state::failed};
    }
  }

  int socket_;
  std::unique_ptr<SSL, net::releaser<SSL_free>> tls_;  // shares the context
};

}  // namespace

std::unique_ptr<transport> make_tls_transport(int socket, tls_context& context) {
  return std::make_unique<tls_transport>(socket, context);
}

}  // namespace telltale
