#include "http_server/tls.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "api/open_error.hpp"
#include "http_server/descriptor.hpp"

namespace telltale {

namespace asio = boost::asio;
using boost::system::error_code;

class tls_context {
 public:
  asio::ssl::context context{asio::ssl::context::tls_server};
};

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_pem_bytes = 1 << 20;
using which = tls_file_error::file;

tls_file_error refusal(which file, const std::string& path, std::string_view why) {
  return {file, fmt::format("TLS {} {}: {}", file == which::cert ? "certificate" : "key", path, why)};
}

// Non-blocking and regular files only: a FIFO at this path must not hang the start.
std::string read_pem(which file_of, const std::string& path) {
  const auto fail = [&](std::string_view why) { return refusal(file_of, path, why); };
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) throw fail(open_error(errno));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw fail(std::strerror(errno));
  if (!S_ISREG(info.st_mode)) throw fail("not a regular file");
  std::string text(max_pem_bytes + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    const auto got = ::read(file.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw fail(std::strerror(errno));
    used += static_cast<std::size_t>(got);
    if (used > max_pem_bytes) throw fail("larger than 1 MiB, this is no PEM file");
    if (got == 0) break;
  }
  text.resize(used);
  return text;
}

int prefer_http_1_1(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof(ours) - 1, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;  // say nothing; a client that insists on HTTP/2 leaves by itself
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// No renegotiation and no session cache: both let a peer spend our time and memory.
void harden(asio::ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
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
  // Without a callback OpenSSL would ask on the terminal.
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
  if (asked_password) throw refusal(which::key, files.key, "it is encrypted; give a key without a passphrase");
  if (!ec || ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == X509_R_KEY_VALUES_MISMATCH)
    throw refusal(which::key, files.key, fmt::format("it does not belong to the certificate {}", files.cert));
  throw refusal(which::key, files.key, fmt::format("not a private key in PEM ({})", ec.message()));
}

class tls_stream final : public byte_stream {
 public:
  tls_stream(socket_type socket, std::shared_ptr<tls_context> context)
      : context_(std::move(context)), stream_(std::move(socket), context_->context) {}

  asio::awaitable<error_code> open() override {
    auto [ec] = co_await stream_.async_handshake(asio::ssl::stream_base::server, no_throw);
    co_return ec;
  }

  asio::awaitable<io_result> read_some(asio::mutable_buffer into) override {
    auto [ec, bytes] = co_await stream_.async_read_some(into, no_throw);
    io_result out;
    out.error = ec == asio::ssl::error::stream_truncated ? error_code(asio::error::eof) : ec;
    out.bytes = bytes;
    co_return out;
  }

  asio::awaitable<error_code> write(buffers from) override {
    auto [ec, bytes] = co_await asio::async_write(stream_, from, no_throw);
    static_cast<void>(bytes);
    co_return ec;
  }

  asio::awaitable<void> farewell() override {
    // The peer's own close_notify is waited for, within the caller's deadline; how it ends is of no interest.
    auto [ec] = co_await stream_.async_shutdown(no_throw);
    static_cast<void>(ec);
  }

  socket_type& socket() override { return stream_.next_layer(); }

 private:
  std::shared_ptr<tls_context> context_;
  asio::ssl::stream<socket_type> stream_;
};

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
        "TLS certificate {}: {} {:04}-{:02}-{:02} {:02}:{:02} UTC - renew it, clients that verify it refuse it",
        files.cert, what, date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min);
  };
  if (X509_cmp_time(X509_get0_notAfter(shown), &moment) < 0) return said(X509_get0_notAfter(shown), "it expired on");
  if (X509_cmp_time(X509_get0_notBefore(shown), &moment) > 0)
    return said(X509_get0_notBefore(shown), "it is not valid before");
  return {};
}

std::unique_ptr<byte_stream> make_tls_stream(byte_stream::socket_type socket, std::shared_ptr<tls_context> context) {
  return std::make_unique<tls_stream>(std::move(socket), std::move(context));
}

}  // namespace telltale
