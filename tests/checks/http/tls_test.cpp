// The http check over TLS.
#include "checks/http/peer.hpp"
#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("http: over TLS, and TLS that is not wanted or not spoken") {
  const auto context = server_context(make_identity({}));
  const fakes::options insecure{{"insecure", text("true")}};
  const char* url = "https://server.test/health";
  auto out = probe(answers_over_tls(context, reply("200 OK")), insecure, ample, url);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("tls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
  CHECK(probe(answers_over_tls(context, ""), {}, ample, url).reason == reason::tls);
  const script plain = [](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, reply("400 Bad Request"));
    co_await until_closed(socket);
  };
  out = probe(plain, insecure, ample, url);
  CHECK(out.reason == reason::tls);
  CHECK(contains(out.message, "speaks plain HTTP on this port"));
  out = probe(answers_over_tls(context, ""), {}, ample);
  CHECK(out.reason != reason::ok);
}

TEST_CASE("http: a client certificate that the server has asked for is a possible cause of a 400 or 403") {
  const auto asks = server_context(make_identity({}));
  asks->set_verify_mode(asio::ssl::verify_peer);
  const char* url = "https://server.test/health";
  const fakes::options insecure{{"insecure", text("true")}};
  const std::string cause = " (possible cause: the server has asked for a client certificate: cert_file and key_file)";
  auto out = probe(answers_over_tls(asks, reply("400 X")), insecure, ample, url);
  CHECK(out.message == "https://server.test:443/health: 400 Bad Request" + cause);
  out = probe(answers_over_tls(asks, reply("403 X")), insecure, ample, url);
  CHECK(out.message == "https://server.test:443/health: 403 Forbidden" + cause);
  CHECK(to_string(out.reason) == "denied");
  out = probe(answers_over_tls(asks, reply("404 X")), insecure, ample, url);
  CHECK_FALSE(contains(out.message, "cert_file"));
  out = probe(answers_over_tls(server_context(make_identity({})), reply("400 X")), insecure, ample, url);
  CHECK_FALSE(contains(out.message, "cert_file"));
}
