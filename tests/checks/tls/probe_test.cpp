// The tls check against OpenSSL servers of the test: each outcome that it tells apart, with its reason.
#include "checks/tls/peers.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

asio::awaitable<void> closes(tcp::socket) { co_return; }
/// Reads the whole hello first, so that closing does not reset the connection.
asio::awaitable<void> hangs_up(tcp::socket socket) {
  std::string hello(4096, '\0');
  const auto buffer = asio::buffer(hello);
  co_await socket.async_read_some(buffer, quiet);
}
script says(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}

/// A server's hello, and the end.
asio::awaitable<void> aborts(tcp::socket socket) {
  std::string hello(4096, '\0');
  const auto buffer = asio::buffer(hello);
  co_await socket.async_read_some(buffer, quiet);
  const std::string half("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11);
  co_await say(socket, half);
}

struct row {
  std::string name;
  script behaviour;
  options chosen;
  reason why;
  std::string words;
};

void check(const row& r) {
  CAPTURE(r.name);
  const auto out = probe_until(r.words, [&](auto limit) { return probe(r.behaviour, r.chosen, limit); });
  CAPTURE(out.message);
  CHECK(out.verdict == (r.why == reason::ok ? verdict::pass : verdict::fail));
  CHECK(to_string(out.reason) == to_string(r.why));
  CHECK(contains(out.message, r.words));
}

}  // namespace

TEST_CASE("tls: a good server passes, with its version, the date of its end and the time of every phase") {
  const authorities known;
  const auto out = probe(serves(server_context(known.server())), {{"ca_file", text(known.ca_file)}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "server.test:443: TLS 1.3, certificate valid until 20"));
  CHECK(out.measured("protocol_version") == 1.3);
  CHECK(*out.measured("certificate_expiry_seconds") == doctest::Approx(90 * day).epsilon(0.001));
  for (const char* phase : {"resolve_seconds", "connect_seconds", "tls_seconds"}) CHECK(out.measured(phase));
}

TEST_CASE("tls: each certificate that is not accepted has its own sentence") {
  const authorities known;
  const options trusting{{"ca_file", text(known.ca_file)}};
  const auto middle = make_identity({"Middle", "", -3600, 90 * day, true}, &known.ca);
  const auto incomplete = make_identity({}, &middle);
  const auto with = [](const identity& as) { return serves(server_context(as)); };
  const auto foreign = server_context(make_identity({}, &known.stranger));
  SSL_CTX_add1_chain_cert(foreign->native_handle(), known.stranger.certificate.get());
  const row rows[] = {
      {"expired", with(known.server("server.test", -90 * day, -3 * day)), trusting, reason::tls,
       "the server's certificate has expired: it was valid until 20"},
      {"expired an hour ago", with(known.server("server.test", -90 * day, -3700)), trusting, reason::tls,
       "less than a day ago, or the clock of this machine is wrong"},
      {"not valid yet", with(known.server("server.test", 300, day)), trusting, reason::tls,
       "in less than an hour, or the clock of this machine, which shows 20"},
      {"wrong host", with(known.server("other.test")), trusting, reason::tls,
       "not for server.test: it is for other.test"},
      {"unknown authority", serves(foreign), trusting, reason::tls, "unknown here: 'Other CA' is not trusted"},
      {"self-signed", with(make_identity({})), trusting, reason::tls, "self-signed"},
      {"incomplete chain", with(incomplete), trusting, reason::tls, "incomplete chain"},
      {"not verified",
       with(make_identity({"x", "", -3600, 90 * day})),
       {{"insecure", text("true")}},
       reason::ok,
       "TLS 1.3, certificate not verified"},
  };
  for (const auto& r : rows) check(r);
}

TEST_CASE("tls: an old version is refused, and min_version decides which one is old") {
  const authorities known;
  const auto server = known.server();
  const options trusting{{"ca_file", text(known.ca_file)}};
  const options strict{{"ca_file", text(known.ca_file)}, {"min_version", text("1.3")}};
  const row rows[] = {
      {"TLS 1.1", serves(limited(server, TLS1_VERSION, TLS1_1_VERSION)), trusting, reason::tls, "1.2 or later"},
      {"TLS 1.2", serves(limited(server, TLS1_2_VERSION, TLS1_2_VERSION)), trusting, reason::ok, "TLS 1.2, "},
      {"TLS 1.2, 1.3 wanted", serves(limited(server, TLS1_2_VERSION, TLS1_2_VERSION)), strict, reason::tls,
       "1.3 or later"},
      {"TLS 1.3", serves(limited(server, TLS1_2_VERSION, TLS1_3_VERSION)), strict, reason::ok, "TLS 1.3, "},
  };
  for (const auto& r : rows) check(r);
}

TEST_CASE("tls: a peer that does not speak TLS is named, and the end of a handshake is told apart from silence") {
  const options any{{"insecure", text("true")}};
  using namespace std::string_literals;
  const row rows[] = {
      {"HTTP", says("HTTP/1.1 400 Bad Request\r\n\r\n"), any, reason::tls, "speaks plain HTTP on this port, not TLS"},
      {"SSH", says("SSH-2.0-OpenSSH_9.2\r\n"), any, reason::tls, "speaks SSH on this port, not TLS"},
      {"SMTP", says("220 mail.test ESMTP\r\n"), any, reason::tls, "speaks SMTP or FTP on this port, not TLS (or only"},
      {"MySQL", says("\x4a\0\0\0\x0a"s + "8.0.36\0"s), any, reason::tls, "speaks the protocol of MySQL"},
      {"unknown", says("hello, who are you?"), any, reason::tls, "does not speak TLS on this port"},
      {"closed at once", closes, any, reason::tls, "the connection without an answer to the TLS handshake"},
      {"closed after the hello", hangs_up, any, reason::tls, "closed the connection without an answer"},
      {"closed inside", aborts, any, reason::tls, "closed the connection during the TLS handshake"},
      {"silent", silent, any, reason::timeout, "no end of the TLS handshake within "},
  };
  for (const auto& r : rows) check(r);
}

TEST_CASE("tls: with starttls the certificate behind the clear text is judged, and a refusal is reported") {
  const authorities known;
  const auto mail = [](context_ptr context, std::string answer) -> script {
    return [context, answer](tcp::socket socket) -> asio::awaitable<void> {
      std::string heard;
      auto buffer = asio::dynamic_buffer(heard);
      co_await say(socket, "220 server.test ESMTP\r\n");
      auto [gone, line] = co_await asio::async_read_until(socket, buffer, "\r\n", quiet);
      buffer.consume(line);
      co_await say(socket, "250-server.test\r\n250 STARTTLS\r\n");
      co_await asio::async_read_until(socket, buffer, "\r\n", quiet);
      co_await say(socket, answer);
      const auto secured = serves(context);
      co_await secured(std::move(socket));
    };
  };
  const auto expired = server_context(known.server("server.test", -90 * day, -3 * day));
  const auto good = server_context(known.server());
  const options smtp{{"ca_file", text(known.ca_file)}, {"starttls", text("smtp")}};
  const row rows[] = {
      {"good", mail(good, "220 go ahead\r\n"), smtp, reason::ok, "TLS 1.3, certificate valid until"},
      {"expired", mail(expired, "220 go ahead\r\n"), smtp, reason::tls, "has expired"},
      {"refused", mail(good, "454 TLS not available\r\n"), smtp, reason::tls, "refuses STARTTLS: '454 TLS not"},
  };
  for (const auto& r : rows) check(r);
}

TEST_CASE("tls: a client certificate that is wanted, refused or accepted, before and since TLS 1.3") {
  const authorities known;
  const auto server = known.server();
  const auto good = make_identity({"telltale", ""}, &known.ca), wrong = make_identity({"nobody", ""}, &known.stranger);
  const auto with = [&](const identity* client) {
    options out{{"ca_file", text(known.ca_file)}};
    if (client) out.emplace_back("cert_file", text(known.write("client.pem", certificate_pem(*client))));
    if (client) out.emplace_back("key_file", text(known.write("client.key", key_pem(*client))));
    return out;
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    const auto behaviour = serves(demanding(server, known.ca, version));
    check(
        {"none", behaviour, with(nullptr), reason::tls, "requires a client certificate (set cert_file and key_file)"});
    check({"wrong", behaviour, with(&wrong), reason::tls, "does not accept the client certificate (cert_file)"});
    check({"good", behaviour, with(&good), reason::ok, "certificate valid until"});
  }
  const auto asking = server_context(server);
  asking->set_verify_mode(ssl::verify_peer);
  check({"asks only", serves(asking), with(nullptr), reason::ok, "(the server asks for a client certificate)"});
}

TEST_CASE("tls: the usual limit warns in the last sixth, and a limit of the options replaces it") {
  const authorities known;
  const auto server = serves(server_context(known.server("server.test", -80 * day, 10 * day + 600)));
  auto out = probe(server, {{"ca_file", text(known.ca_file)}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
  CHECK(contains(out.message, "the server's certificate expires in 10 d"));
  const auto limit = [](const char* warn, const char* fail) {
    return map_of({{"warn", text(warn)}, {"fail", text(fail)}});
  };
  CHECK(probe(server, {{"ca_file", text(known.ca_file)}, {"certificate", limit("5d", "1d")}}).verdict == verdict::pass);
  out = probe(server, {{"ca_file", text(known.ca_file)}, {"certificate", limit("30d", "20d")}});
  CHECK(out.verdict == verdict::fail);
  CHECK(contains(out.message, "(limit 20d)"));
}

TEST_CASE("tls: an expired certificate that is not verified is reported without a limit that nobody has set") {
  const auto server = serves(server_context(make_identity({"server.test", "", -3600, -7200})));
  const auto out = probe(server, {{"insecure", text("true")}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
  CHECK(contains(out.message, "the server's certificate has expired, on 20"));
  CHECK_FALSE(contains(out.message, "limit"));
}

TEST_CASE("tls: options that contradict each other are refused") {
  const auto problem = [](options chosen) {
    problems found;
    checks::tls().validate(map_of(std::move(chosen)), found, {});
    return found.empty() ? "" : found.list()[0].message;
  };
  CHECK(problem({{"address", text("a:1")}, {"min_version", text("1.3")}, {"file", text("/x")}}).empty());
  CHECK(contains(problem({{"address", text("a:1")}, {"starttls", text("ldap")}}), "smtp"));
  CHECK(contains(problem({}), "address"));
  CHECK(contains(problem({{"address", text("udp:a:1")}}), "TCP port"));
  CHECK(contains(problem({{"address", text("unix:/x")}}), "give server_name"));
  CHECK(contains(problem({{"address", text("a:1")}, {"min_version", text("1.1")}}), "1.2"));
}
