// Tests the websocket check over TLS with valid and invalid certificates.
#include <doctest/doctest.h>

#include "checks/websocket/peer.hpp"
#include "fakes/authority_folder.hpp"
#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

namespace ssl = boost::asio::ssl;
using context_ptr = std::shared_ptr<ssl::context>;

/// Performs the TLS handshake and then follows the script; closes the connection when the handshake fails.
script serves(context_ptr context, std::string more_headers = "") {
  return [context, more_headers](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (error) co_return;
    const auto request = co_await read_request(stream);
    if (request.empty()) co_return;
    auto reply = accepting(request, more_headers);
    co_await say(stream, std::move(reply));
    co_await behave(stream);
    co_await stream.async_shutdown(quiet);
  };
}

asio::awaitable<void> hangs_up(tcp::socket socket) {
  std::string hello(16, '\0');
  const auto buffer = asio::buffer(hello);
  co_await socket.async_read_some(buffer, quiet);
}
asio::awaitable<void> speaks_http(tcp::socket socket) {
  co_await say(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
  co_await until_closed(socket);
}

}  // namespace

TEST_CASE("websocket tls: a certificate of the configured authority passes, and its expiry is measured") {
  const authority_folder known;
  const auto good = make_identity({}, &known.ca);
  const auto descriptors = open_descriptors();
  const auto out = probe_against(serves(server_context(good)), {{"ca_file", text(known.file("ca"))}}, ample, "wss");
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message.find("wss://server.test:") == 0);
  CHECK(out.measured("tls_seconds"));
  CHECK(out.measured("close_seconds"));
  REQUIRE(out.measured("certificate_expiry_seconds"));
  CHECK(*out.measured("certificate_expiry_seconds") == doctest::Approx(30 * 86400).epsilon(0.001));
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("websocket tls: a self-signed certificate is accepted with ca_file or insecure") {
  const authority_folder known;
  const auto context = server_context(known.alone);
  CHECK(probe_against(serves(context), {{"ca_file", text(known.file("alone"))}}, ample, "wss").verdict ==
        verdict::pass);
  CHECK(probe_against(serves(context), {{"insecure", text("true")}}, ample, "wss").verdict == verdict::pass);
}

TEST_CASE("websocket tls: server_name sets the indicated and verified name") {
  const authority_folder known;
  const auto other = make_identity({"other.test", "DNS:other.test"}, &known.ca);
  const auto context = server_context(other);
  std::string asked;
  ::SSL_CTX_set_tlsext_servername_arg(context->native_handle(), &asked);
  ::SSL_CTX_set_tlsext_servername_callback(
      context->native_handle(), +[](SSL* s, int*, void* into) {
        const char* name = ::SSL_get_servername(s, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(into) = name ? name : "";
        return SSL_TLSEXT_ERR_OK;
      });
  const auto out = probe_against(
      serves(context), {{"ca_file", text(known.file("ca"))}, {"server_name", text("other.test")}}, ample, "wss");
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(asked == "other.test");
}

TEST_CASE("websocket tls: an IP address is verified against address entries") {
  const authority_folder known;
  const auto by_address = make_identity({"x", "IP:127.0.0.1"}, &known.ca);
  const options chosen{{"ca_file", text(known.file("ca"))}, {"server_name", text("127.0.0.1")}};
  CHECK(probe_against(serves(server_context(by_address)), chosen, ample, "wss").verdict == verdict::pass);
  const auto by_name = make_identity({}, &known.ca);
  CHECK(contains(probe_against(serves(server_context(by_name)), chosen, ample, "wss").message, "not for 127.0.0.1"));
}

TEST_CASE("websocket tls: every verification failure has its message") {
  const authority_folder known;
  const auto with = [](const certificate_wish& wish, const identity* issuer) {
    return serves(server_context(make_identity(wish, issuer)));
  };
  struct row {
    std::string name;
    script behaviour;
    std::string ca;
    const char* words;
  };
  const row rows[] = {
      {"self-signed", serves(server_context(known.alone)), "ca", "self-signed"},
      {"expired", with({"server.test", "DNS:server.test", -7200, -3600}, &known.ca), "ca", "has expired"},
      {"not valid yet", with({"server.test", "DNS:server.test", 3600, 7200}, &known.ca), "ca", "not valid yet"},
      {"wrong host", with({"other.test", "DNS:other.test"}, &known.ca), "ca",
       "not for server.test: it is for other.test"},
      {"wrong authority", with({}, &known.ca), "stranger", "authority is unknown here"},
  };
  const auto descriptors = open_descriptors();
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_against(r.behaviour, {{"ca_file", text(known.file(r.ca))}}, ample, "wss");
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(out.reason == reason::tls);
    CHECK(contains(out.message, r.words));
  }
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("websocket tls: a certificate near its expiry exceeds the limit") {
  const authority_folder known;
  const auto context = server_context(make_identity({}, &known.ca));
  const auto limit = [&](const char* warn, const char* fail) {
    return options{{"ca_file", text(known.file("ca"))},
                   {"certificate", map_of({{"warn", text(warn)}, {"fail", text(fail)}})}};
  };
  CHECK(probe_against(serves(context), limit("14d", "2d"), ample, "wss").verdict == verdict::pass);
  const auto warned = probe_against(serves(context), limit("60d", "2d"), ample, "wss");
  CHECK(warned.verdict == verdict::warn);
  CHECK(warned.reason == reason::threshold);
  CHECK(contains(warned.message, "certificate expires in"));
  CHECK(contains(warned.message, "(limit 60d)"));
  CHECK(probe_against(serves(context), limit("60d", "45d"), ample, "wss").verdict == verdict::fail);
}

TEST_CASE("websocket tls: incompatible and failing TLS peers have their reason and message") {
  const authority_folder known;
  const auto good = make_identity({}, &known.ca);
  const auto old = server_context(good);
  ::SSL_CTX_set_security_level(old->native_handle(), 0);
  ::SSL_CTX_set_min_proto_version(old->native_handle(), TLS1_VERSION);
  ::SSL_CTX_set_max_proto_version(old->native_handle(), TLS1_VERSION);
  const auto wants_certificate = server_context(good);
  wants_certificate->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  struct row {
    std::string name;
    script behaviour;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {"TLS 1.0 only", serves(old), reason::tls, "1.2 or later"},
      {"plain HTTP", speaks_http, reason::tls, "speaks plain HTTP on this port"},
      {"hangs up", hangs_up, reason::tls, "the connection without an answer to the TLS handshake"},
      {"silent", silent, reason::timeout, "no end of the TLS handshake within "},
      {"wants a client certificate", serves(wants_certificate), reason::tls, "client certificate"},
      {"breaks the WebSocket protocol", serves(server_context(good), "Sec-WebSocket-Protocol: x\r\n"), reason::protocol,
       "not requested"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const options trusting{{"ca_file", text(known.file("ca"))}};
    const auto out =
        probe_until(r.words, [&](auto limit) { return probe_against(r.behaviour, trusting, limit, "wss"); });
    CAPTURE(out.message);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}
