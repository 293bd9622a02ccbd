// Certificates in files, TLS servers that present them, and one run of the tls check against a server.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/ssl/stream.hpp>

#include "fakes/certificates.hpp"
#include "fakes/network_peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::checks {
check_type tls();
}

namespace telltale::fakes {

namespace ssl = boost::asio::ssl;
using context_ptr = std::shared_ptr<ssl::context>;
constexpr long day = 86400;

/// An authority, an unrelated one, and files with their certificates.
class authorities {
 public:
  std::string write(const std::string& name, const std::string& text) const { return folder_.write(name, text); }
  std::string operator/(const std::string& name) const { return folder_ / name; }
  identity server(const std::string& name = "server.test", long from = -3600, long until = 90 * day) const {
    return make_identity({name, "DNS:" + name, from, until}, &ca);
  }

 private:
  temp_folder folder_;

 public:
  const identity ca = make_identity({"Test CA", "", -3600, 3650 * day, true});
  const identity stranger = make_identity({"Other CA", "", -3600, 3650 * day, true});
  const std::string ca_file = folder_.write("ca.pem", certificate_pem(ca));
};

/// Completes the handshake, waits until the client closes, and closes too.
inline script serves(context_ptr context) {
  return [context](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (error) co_return;
    co_await until_closed(stream);
    co_await stream.async_shutdown(quiet);
  };
}

inline context_ptr limited(const identity& as, int oldest, int newest) {
  auto out = server_context(as);
  ::SSL_CTX_set_security_level(out->native_handle(), 0);
  ::SSL_CTX_set_min_proto_version(out->native_handle(), oldest);
  ::SSL_CTX_set_max_proto_version(out->native_handle(), newest);
  return out;
}

/// Accepts only clients with a certificate of this authority.
inline context_ptr demanding(const identity& as, const identity& authority, int version) {
  auto out = limited(as, version, version);
  out->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(out->native_handle()), authority.certificate.get());
  return out;
}

/// A check that finds its blocking part in its context, as in the program.
class whole_check final : public async_check {
 public:
  explicit whole_check(options chosen)
      : part_(checks::tls(), map_of(chosen)), check_(make_check(checks::tls(), std::move(chosen))) {}
  explicit whole_check(options chosen, std::shared_ptr<blocking_part> part)
      : part_(checks::tls(), map_of(chosen)),
        other_(std::move(part)),
        check_(make_check(checks::tls(), std::move(chosen))) {}
  asio::awaitable<outcome> probe(async_context ctx) override {
    ctx.part = other_ ? other_.get() : &part_;
    return check_->probe(std::move(ctx));
  }

 private:
  part_here part_;
  std::shared_ptr<blocking_part> other_;
  std::shared_ptr<async_check> check_;
};

/// The check of `server.test` with this behaviour behind it.
inline outcome probe(const script& behaviour, options chosen, std::chrono::milliseconds timeout = ample,
                     std::shared_ptr<blocking_part> part = {}) {
  chosen.emplace_back("address", text("server.test:443"));
  auto check = std::make_shared<whole_check>(std::move(chosen), std::move(part));
  return probe_peer(behaviour, std::move(check), timeout, "server.test:443");
}

}  // namespace telltale::fakes
