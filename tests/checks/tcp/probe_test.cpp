// The tcp check against scripted peers: each outcome that it tells apart, with its reason.
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fakes/certificates.hpp"
#include "fakes/network_peer.hpp"
#include "fakes/starttls_peer.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

namespace ssl = boost::asio::ssl;

asio::awaitable<void> closes(tcp::socket) { co_return; }
asio::awaitable<void> resets(tcp::socket socket) {
  socket.set_option(tcp::socket::linger(true, 0));
  socket.close();  // a destructor would not reset
  co_return;
}
script greets(std::string bytes, bool hang_up = false) {
  return [bytes, hang_up](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, bytes);
    if (!hang_up) co_await until_closed(socket);
  };
}
/// Answers one line with this text and the line.
script answers(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    std::string line;
    auto buffer = asio::dynamic_buffer(line);
    co_await asio::async_read_until(socket, buffer, "\n", quiet);
    auto answer = bytes + line;
    co_await say(socket, std::move(answer));
    co_await until_closed(socket);
  };
}
asio::awaitable<void> drips(tcp::socket socket) {
  asio::steady_timer pause(socket.get_executor());
  for (const char c : std::string("220 mail.test ESMTP\r\n")) {
    co_await say(socket, std::string(1, c));
    pause.expires_after(1ms);
    co_await pause.async_wait(quiet);
  }
  co_await until_closed(socket);
}
script speaks_tls(std::string bytes) {
  return [bytes, context = server_context(make_identity({}))](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (error) co_return;
    co_await say(stream, bytes);
    co_await until_closed(stream);
  };
}

/// The check of `server.test` with this behaviour behind it.
outcome probe(const script& behaviour, fakes::options chosen = {}, std::chrono::milliseconds timeout = ample) {
  chosen.emplace_back("address", text("server.test:80"));
  return probe_peer(behaviour, make_check(checks::tcp(), std::move(chosen)), timeout, "server.test:80");
}

fakes::options expecting(const std::string& wanted, const std::string& sent = "") {
  fakes::options out{{"expect", text(wanted)}};
  if (!sent.empty()) out.emplace_back("send", text(sent));
  return out;
}

fakes::options matching(const std::string& wanted) { return {{"match", text(wanted)}}; }

fakes::options starting_tls(const char* protocol, std::pair<std::string, raw_value> more = {"ip", text("any")}) {
  return {{"starttls", text(protocol)}, {"insecure", text("true")}, std::move(more)};
}

script consents_to_tls(const std::string& inside) {
  return says_inside_tls(smtp_dialogue(), inside, server_context(make_identity({})));
}

std::string problems_of(fakes::options chosen) {
  problems found;
  checks::tcp().validate(map_of(std::move(chosen)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

}  // namespace

TEST_CASE("tcp: a port that accepts passes, with the time of every phase") {
  const auto out = probe(silent);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "server.test:80: connected");
  CHECK(out.measured("resolve_seconds"));
  CHECK(out.measured("connect_seconds"));
  CHECK_FALSE(out.measured("reply_seconds"));
}

TEST_CASE("tcp: an expected text passes, however it arrives") {
  CHECK(probe(greets("220 mail.test ESMTP\r\n"), expecting("ESMTP")).verdict == verdict::pass);
  CHECK(probe(drips, expecting("ESMTP")).verdict == verdict::pass);
  CHECK(probe(greets("220 mail.test ESMTP\r\n", true), expecting("ESMTP")).verdict == verdict::pass);
  CHECK(probe(greets(std::string(60'000, 'x') + "ESMTP"), expecting("ESMTP")).verdict == verdict::pass);
  const auto out = probe(answers("Zookeeper "), expecting("Zookeeper srvr", "srvr\n"));
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("reply_seconds"));
}

TEST_CASE("tcp: each outcome has its reason and its words") {
  struct row {
    std::string name;
    script behaviour;
    fakes::options chosen;
    reason why;
    std::string words;
  };
  const row rows[] = {
      {"connected but silent", silent, expecting("x"), reason::timeout, "no answer within "},
      {"closed at once", closes, expecting("x"), reason::refused, "closed the connection without an answer"},
      {"reset at once", resets, expecting("x"), reason::refused, "dropped the connection without an answer"},
      {"wrong banner", greets("SSH-2.0-x\x1b\r\n", true), expecting("ESMTP"), reason::mismatch, "sent 'SSH-2.0-x?"},
      {"wrong banner, stays", greets("SSH"), expecting("ESMTP"), reason::mismatch, "sent 'SSH' instead"},
      {"endless", greets(std::string(100'000, 'x')), expecting("ESMTP"), reason::mismatch, "..."},
      {"TLS where none is", greets("220 mail.test\r\n"), {{"tls", text("true")}}, reason::tls, "speaks SMTP or FTP"},
      {"no match", greets("SSH-2.0", true), matching("^220 "), reason::mismatch, "sent 'SSH-2.0', expected ~ ^220"},
      {"no match, stays", greets("SSH"), matching("^220 "), reason::mismatch, "sent 'SSH', expected"},
      {"silent, with a pattern", silent, matching("."), reason::timeout, "no answer within "},
      {"closed at once, with a pattern", closes, matching("."), reason::refused, "closed the connection without"},
      {"closed before TLS", closes, {{"tls", text("true")}}, reason::tls, "TLS handshake"},
      {"no TLS in time", silent, {{"tls", text("true")}}, reason::timeout, "no end of the TLS handshake"},
      {"no STARTTLS", greets("220 x\r\n"), starting_tls("smtp"), reason::timeout, "no answer to EHLO"},
      {"silent before STARTTLS", silent, starting_tls("imap"), reason::timeout, "no greeting within"},
      {"another protocol", greets("SSH-2.0\r\n"), starting_tls("smtp"), reason::protocol, "does not speak SMTP"},
      {"untrusted after STARTTLS", consents_to_tls(""), {{"starttls", text("smtp")}}, reason::tls, "self-signed"},
      {"wrong text after STARTTLS", consents_to_tls("500 no\r\n"), starting_tls("smtp", {"match", text("^220 ")}),
       reason::mismatch, "sent '500 no"},
      {"untrusted", speaks_tls(""), {{"tls", text("true")}}, reason::tls, "self-signed"},
      {"open where it must not be",
       silent,
       {{"expect_refused", text("true")}},
       reason::mismatch,
       "accepted the connection, which should be refused"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_until(r.words, [&](auto limit) { return probe(r.behaviour, r.chosen, limit); });
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("tcp: a pattern passes, however the text arrives") {
  CHECK(probe(greets("220 mail.test ESMTP\r\n"), matching("^220 .*ESMTP")).verdict == verdict::pass);
  CHECK(probe(drips, matching("^220 .* ESMTP\r\n$")).verdict == verdict::pass);
  CHECK(probe(greets("a\0\xff b"s, true), matching(R"(\x00\C b$)")).verdict == verdict::pass);
  CHECK(probe(greets(std::string(60'000, 'x') + "ESMTP"), matching("E[A-Z]+P$")).verdict == verdict::pass);
  auto chosen = matching("(?m)^Mode: (leader|follower|standalone)$");
  chosen.emplace_back("send", text("srvr\n"));
  const auto out = probe(answers("Node count: 5\nMode: leader\n"), chosen);
  CAPTURE(out.message);
  CHECK(out.message == "server.test:80: expected text received");
  CHECK(out.measured("reply_seconds"));
}

TEST_CASE("tcp: after STARTTLS the expected text is looked for inside TLS") {
  const auto out = probe(consents_to_tls("250 inside\r\n"), starting_tls("smtp", {"match", text("^250 inside")}));
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("starttls_seconds"));
  CHECK(out.measured("tls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
}

TEST_CASE("tcp: over TLS the expected text is looked for inside") {
  auto chosen = expecting("+PONG", "PING\r\n");
  chosen.emplace_back("tls", text("true"));
  chosen.emplace_back("insecure", text("true"));
  const auto out = probe(speaks_tls("+PONG\r\n"), chosen);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("tls_seconds"));
  CHECK(out.measured("certificate_expiry_seconds"));
}

TEST_CASE("tcp: a secret that is sent is not shown when the server repeats it") {
  ::setenv("TELLTALE_TEST_SECRET", "hunter2hunter2\n", 1);
  fakes::options chosen{{"expect", text("OK")}, {"send", map_of({{"env", text("TELLTALE_TEST_SECRET")}})}};
  const auto out = probe(greets("-ERR wrong password hunter2hunter2", true), chosen);
  CHECK(out.reason == reason::mismatch);
  CHECK(contains(out.message, "sent '-ERR wrong password ***'"));
}

TEST_CASE("tcp: a slow answer crosses the limit on the latency") {
  const auto slow = [](tcp::socket socket) -> asio::awaitable<void> {
    asio::steady_timer pause(socket.get_executor(), 50ms);
    co_await pause.async_wait(quiet);
    co_await say(socket, "ready");
    co_await until_closed(socket);
  };
  auto chosen = expecting("ready");
  chosen.emplace_back("latency", map_of({{"warn", text("20ms")}, {"fail", text("10s")}}));
  const auto out = probe(slow, chosen, 20s);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
  CHECK(contains(out.message, "(limit 20ms)"));
}

TEST_CASE("tcp: refused is a failure, or what is expected") {
  asio::io_context io;
  tcp::acceptor unused(io, {asio::ip::address_v4::loopback(), 0});
  fixed_resolver names;
  names.answer.endpoints = {unused.local_endpoint()};
  unused.close();
  const auto chosen = [](const char* expected) {
    return make_check(checks::tcp(), {{"address", text("server.test:80")}, {"expect_refused", text(expected)}});
  };
  auto out = probe_once(io, chosen("false"), names, ample, {});
  CHECK(out.verdict == verdict::fail);
  CHECK(out.reason == reason::refused);
  out = probe_once(io, chosen("true"), names, ample, {});
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "server.test:80: refused the connection, as expected");
  names.answer = {{}, "server.test does not resolve", false, false};
  out = probe_once(io, chosen("true"), names, ample, {});
  CHECK(out.verdict == verdict::fail);
  CHECK(out.reason == reason::dns);
}

TEST_CASE("tcp: an address without a route is unreachable") {
  asio::io_context io;
  fixed_resolver names;
  // The kernel refuses a connection to the broadcast address on every machine.
  names.answer.endpoints = {{asio::ip::address_v4::broadcast(), 80}};
  const auto out = probe_once(io, make_check(checks::tcp(), {{"address", text("server.test:80")}}), names, ample, {});
  CHECK(out.reason == reason::unreachable);
  CHECK(out.message == "server.test:80: 255.255.255.255:80 cannot be reached: Network is unreachable");
}

TEST_CASE("tcp: options that contradict each other are refused") {
  const auto with = [](fakes::options chosen, const char* address = "db:1") {
    chosen.emplace_back("address", text(address));
    return problems_of(std::move(chosen));
  };
  CHECK(with({}).empty());
  CHECK(with({{"tls", text("true")}, {"ca_file", text("/ca.pem")}}).empty());
  CHECK(contains(problems_of({}), "address"));
  CHECK(contains(with({}, "http://db:1"), "without a scheme"));
  CHECK(contains(with({}, "udp:db:1"), "UDP"));
  CHECK(contains(with({{"expect", text("")}}), "expect: "));
  CHECK(contains(with({{"send", text("")}}), "send: "));
  CHECK(with({{"starttls", text("smtp")}, {"ca_file", text("/ca.pem")}, {"match", text("^220 ")}}).empty());
  CHECK(contains(with({{"expect", text("a")}, {"match", text("b")}}), "only one of expect and match"));
  CHECK(contains(with({{"match", text("(a")}}), "match: expected a regular expression (RE2), not '(a': missing )"));
  CHECK(contains(with({{"match", text("")}}), "match: an empty pattern"));
  CHECK(contains(with({{"starttls", text("ldap")}}), "starttls: expected one of smtp, imap, postgres, not 'ldap'"));
  CHECK(contains(with({{"starttls", text("smtp")}, {"tls", text("true")}}), "only one of them"));
  CHECK(contains(with({{"starttls", text("smtp")}}, "unix:/x"), "give server_name"));
  for (const auto& more : {std::pair{"match", "a"}, std::pair{"starttls", "smtp"}})
    CHECK(contains(with({{"expect_refused", text("true")}, {more.first, text(more.second)}}), "expect_refused"));
  CHECK(contains(with({{"ca_file", text("/ca.pem")}}), "need `tls: true`"));
  CHECK(contains(with({{"expect_refused", text("true")}, {"tls", text("true")}}), "expect_refused"));
  CHECK(contains(with({{"tls", text("true")}}, "unix:/x"), "give server_name"));
}
