// The tls check against a server that refuses clients without a certificate after the handshake of TLS 1.3.
#include "checks/tls/peers.hpp"
#include "fakes/python_tls_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

outcome probe_at(const python_tls_server& server, const std::string& ca_file, options chosen) {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  chosen.emplace_back("address", text("server.test:443"));
  chosen.emplace_back("ca_file", text(ca_file));
  return probe_once(io, std::make_shared<whole_check>(std::move(chosen)), names, 20s, {});
}

/// Asks for a certificate, completes the handshake without one, and goes on with this.
using session = std::function<asio::awaitable<void>(ssl::stream<tcp::socket>&)>;
outcome probe_asking(const authorities& known, const session& steps) {
  const auto context = server_context(known.server());
  context->set_verify_mode(ssl::verify_peer);
  const script behaviour = [context, steps](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (!error) co_await steps(stream);
  };
  return probe(behaviour, {{"ca_file", text(known.ca_file)}});
}

asio::awaitable<void> resets(ssl::stream<tcp::socket>& stream) {
  stream.next_layer().set_option(tcp::socket::linger(true, 0));
  stream.next_layer().close();  // a destructor would not reset
  co_return;
}
asio::awaitable<void> closes(ssl::stream<tcp::socket>&) { co_return; }
asio::awaitable<void> ends(ssl::stream<tcp::socket>& stream) { co_await stream.async_shutdown(quiet); }
asio::awaitable<void> greets(ssl::stream<tcp::socket>& stream) { co_await say(stream, "220 server.test ESMTP\r\n"); }
asio::awaitable<void> waits(ssl::stream<tcp::socket>& stream) { co_await until_closed(stream); }

}  // namespace

TEST_CASE("tls: a connection that is lost right after the handshake is no pass when a certificate was asked for") {
  const authorities known;
  struct row {
    const char* name;
    session steps;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {"reset", resets, reason::tls, "the server dropped the connection after the handshake"},
      {"closed", closes, reason::tls, "the server closed the connection after the handshake"},
      {"ended", ends, reason::tls, "(set cert_file and key_file)"},
      {"data", greets, reason::ok, "(the server asks for a client certificate)"},
      {"closed after the client", waits, reason::ok, "(the server asks for a client certificate)"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_asking(known, r.steps);
    CAPTURE(out.message);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("tls: a server that requires a client certificate fails every run, and passes with one") {
  if (!python_tls_server::available()) {
    MESSAGE("skipped: no /usr/bin/python3 with ssl; scripts/deps.sh installs it");
    return;
  }
  const temp_folder folder;
  const auto authority = make_identity({"Test CA", "", -3600, 3650L * 86400, true});
  const auto client = make_identity({"telltale", ""}, &authority);
  const auto ca_file = folder.write("ca.pem", certificate_pem(authority));
  const python_tls_server server(authority);
  REQUIRE(server.running());
  const options slow{{"latency", text("1ms")}};
  for (const auto& more : {options(), slow})
    check_refused_without_certificate([&] { return probe_at(server, ca_file, more); });

  const auto out = probe_at(server, ca_file,
                            {{"cert_file", text(folder.write("client.pem", certificate_pem(client)))},
                             {"key_file", text(folder.write("client.key", key_pem(client)))}});
  CAPTURE(out.message);
  CHECK(out.reason == reason::ok);
  CHECK(contains(out.message, "TLS 1.3, certificate valid until"));
}
