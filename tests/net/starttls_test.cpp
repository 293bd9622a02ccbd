// STARTTLS: the conversation in clear text with servers that consent, refuse, misbehave or inject.
#include "net/starttls.hpp"

#include <fmt/format.h>

#include "fakes/certificates.hpp"
#include "fakes/starttls_peer.hpp"
#include "session.hpp"

using namespace telltale;
using namespace telltale::fakes;
using net::starttls;

namespace {

/// The result of the conversation alone.
std::string negotiated(starttls how, const script& server, std::chrono::milliseconds timeout = ample) {
  finding failed;
  auto out = session_with(
      server,
      [&](net::run& now, net::stream& line) -> asio::awaitable<void> {
        failed = co_await net::negotiate_starttls(now, line, how);
      },
      {}, timeout);
  if (out.failed.verdict != verdict::pass) failed = std::move(out.failed);
  CHECK(out.out.measured("starttls_seconds").has_value() == (failed.verdict == verdict::pass));
  return failed.verdict == verdict::pass ? "pass" : fmt::format("{}: {}", to_string(failed.reason), failed.sentence);
}

std::string negotiated(starttls how, dialogue steps, bool hang_up = false, std::chrono::milliseconds timeout = ample) {
  return negotiated(how, says_in_clear_text(std::move(steps), hang_up), timeout);
}

dialogue smtp_until(std::size_t steps, const std::string& then) {
  auto out = smtp_dialogue();
  out.resize(steps + 1);
  out.back().says = then;
  return out;
}

dialogue imap_answer(const std::string& says) {
  auto out = imap_dialogue();
  out.back().says = says;
  return out;
}

dialogue postgres_answer(const std::string& says) {
  auto out = postgres_dialogue();
  out.back().says = says;
  return out;
}

/// The dialogue of a server that sends every byte in a segment of its own, as far as the loop lets it.
script drips(dialogue steps) {
  return [steps](tcp::socket socket) -> asio::awaitable<void> {
    dialogue bytes;
    for (const auto& step : steps)
      for (std::size_t i = 0; i < step.says.size(); ++i)
        bytes.push_back({i == 0 ? step.hears : "", step.says.substr(i, 1)});
    co_await hold_dialogue(socket, std::move(bytes));
    co_await until_closed(socket);
  };
}

}  // namespace

TEST_CASE("starttls: a server that consents passes, however its text arrives") {
  CHECK(negotiated(starttls::smtp, smtp_dialogue()) == "pass");
  CHECK(negotiated(starttls::imap, imap_dialogue()) == "pass");
  CHECK(negotiated(starttls::postgres, postgres_dialogue()) == "pass");
  CHECK(negotiated(starttls::smtp, drips(smtp_dialogue())) == "pass");
  CHECK(negotiated(starttls::imap, drips(imap_dialogue())) == "pass");
  // Lines that end with LF alone, a code without text, lower case.
  CHECK(negotiated(starttls::smtp,
                   {{"", "220\n"}, {"EHLO telltale\r\n", "250-x\n250 starttls\n"}, {"STARTTLS\r\n", "220\n"}}) ==
        "pass");
  CHECK(negotiated(starttls::imap, {{"", "* ok\r\n"}, {"a STARTTLS\r\n", "a ok\r\n"}}) == "pass");
}

TEST_CASE("starttls: each way in which SMTP fails has its reason and its words") {
  struct row {
    dialogue steps;
    std::string said;
  };
  for (const auto& [steps, said] :
       {row{{{"", "421 4.7.0 too many connections\r\n"}},
            "overload: the server declines the connection: '421 4.7.0 too many connections'"},
        row{{{"", "554-go\r\n554 away\r\n"}}, "refused: the server declines the connection: '554 away'"},
        row{{{"", "SSH-2.0-OpenSSH\r\n"}}, "protocol: the server does not speak SMTP: it sent 'SSH-2.0-OpenSSH'"},
        row{{{"", "* OK IMAP\x1b[2J\r\n"}}, "protocol: the server does not speak SMTP: it sent '* OK IMAP?[2J'"},
        row{{{"", "2200 x\r\n"}}, "protocol: the server does not speak SMTP: it sent '2200 x'"},
        row{{{"", "\r\n"}}, "protocol: the server does not speak SMTP: it sent ''"},
        row{smtp_until(1, "250 mail.test\r\n"), "tls: the server does not offer STARTTLS"},
        row{smtp_until(1, "250-STARTTLSX\r\n250 NOSTARTTLS\r\n"), "tls: the server does not offer STARTTLS"},
        row{smtp_until(1, "502 no EHLO\r\n"), "protocol: the server refuses EHLO: '502 no EHLO'"},
        row{smtp_until(1, "421 shutting down\r\n"),
            "overload: the server declines the connection: '421 shutting down'"},
        row{smtp_until(2, "454 4.7.0 TLS not available\r\n"),
            "tls: the server refuses STARTTLS: '454 4.7.0 TLS not available'"},
        row{smtp_until(2, "250 fine\r\n"), "tls: the server refuses STARTTLS: '250 fine'"},
        row{smtp_until(2, "\x16\x03\x01\n"), "protocol: the server does not speak SMTP: it sent '\?\?\?'"}}) {
    CAPTURE(said);
    CHECK(negotiated(starttls::smtp, steps) == said);
  }
}

TEST_CASE("starttls: each way in which IMAP and PostgreSQL fail has its reason and its words") {
  struct row {
    starttls how;
    dialogue steps;
    std::string said;
  };
  const auto imap = starttls::imap;
  const auto postgres = starttls::postgres;
  for (const auto& [how, steps, said] :
       {row{imap, {{"", "* BYE too many\r\n"}}, "refused: the server declines the connection: '* BYE too many'"},
        row{imap,
            {{"", "* PREAUTH hello\r\n"}},
            "tls: the server takes the connection for authenticated (PREAUTH), so TLS cannot begin"},
        row{imap, {{"", "220 smtp\r\n"}}, "protocol: the server does not speak IMAP: it sent '220 smtp'"},
        row{imap, {{"", "* OKAY\r\n"}}, "protocol: the server does not speak IMAP: it sent '* OKAY'"},
        row{imap, imap_answer("a BAD unknown\r\n"), "tls: the server refuses STARTTLS: 'a BAD unknown'"},
        row{imap, imap_answer("* x\r\na NO\r\n"), "tls: the server refuses STARTTLS: 'a NO'"},
        row{imap, imap_answer("* BYE\r\n"), "refused: the server declines the connection: '* BYE'"},
        row{imap, imap_answer("A OK\r\n"), "protocol: the server does not speak IMAP: it sent 'A OK'"},
        row{imap, imap_answer("b OK\r\n"), "protocol: the server does not speak IMAP: it sent 'b OK'"},
        row{postgres, postgres_answer("N"), "tls: the server does not offer TLS (PostgreSQL's setting ssl is off)"},
        row{postgres, postgres_answer(std::string("E\0\0\0\x20SFATAL\0", 12)),
            "protocol: the server answers the request for TLS with an error"},
        row{postgres, postgres_answer("ERR unknown command\r\n"),
            "protocol: the server does not speak PostgreSQL: it sent 'ERR unknown command'"},
        row{postgres, postgres_answer("HTTP/1.1 400 Bad Request\r\n"),
            "protocol: the server does not speak PostgreSQL: it sent 'HTTP/1.1 400 Bad Request'"}}) {
    CAPTURE(said);
    CHECK(negotiated(how, steps) == said);
  }
}

TEST_CASE("starttls: data between the consent and TLS is refused") {
  const std::string injected =
      "protocol: the server sent data between its consent and TLS, which somebody may have injected";
  CHECK(negotiated(starttls::smtp, smtp_until(2, "220 go\r\n250 injected\r\n")) == injected);
  CHECK(negotiated(starttls::imap, imap_answer("a OK\r\n* OK injected\r\n")) == injected);
  CHECK(negotiated(starttls::imap, imap_answer("a OK\r\n\r")) == injected);
  CHECK(negotiated(starttls::postgres, postgres_answer("SE")) == injected);
}

TEST_CASE("starttls: a server that is silent, ends or never ends has its words") {
  const auto silent = [](std::size_t steps) {
    auto out = smtp_dialogue();
    out.resize(steps);
    return out;
  };
  struct row {
    starttls how;
    dialogue steps;
    std::string begin;
    std::string end = "s";
  };
  const row rows[] = {
      {starttls::smtp, dialogue(), "timeout: no greeting within ",
       "s; a port where TLS begins at once, such as 465 or 993, needs tls instead of starttls"},
      {starttls::smtp, silent(1), "timeout: no answer to EHLO within "},
      {starttls::smtp, silent(2), "timeout: no answer to STARTTLS within "},
      {starttls::postgres, dialogue(), "timeout: no answer to the request for TLS within "},
  };
  for (const auto& r : rows) {
    const auto said = with_enough_time([&](auto limit) { return negotiated(r.how, r.steps, false, limit); },
                                       [&](const std::string& got) { return got.starts_with(r.begin); });
    CAPTURE(said);
    CHECK(said.starts_with(r.begin));
    CHECK(said.ends_with(r.end));
  }
  CHECK(negotiated(starttls::smtp, dialogue(), true) == "refused: the server closed the connection without an answer");
  CHECK(negotiated(starttls::smtp, {{"", "220 a"}}, true) ==
        "protocol: the server closed the connection before its greeting");
  CHECK(negotiated(starttls::smtp, silent(1), true) ==
        "protocol: the server closed the connection before its answer to EHLO");
  const std::string endless = "protocol: the server sent 16 KiB in clear text and no end of its answer";
  CHECK(negotiated(starttls::smtp, {{"", std::string(100'000, 'x')}}) == endless);
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "* OK more\r\n";
  CHECK(negotiated(starttls::imap, imap_answer(lines)) == endless);
}

TEST_CASE("starttls: TLS follows, and its certificate is judged") {
  const auto certificate = server_context(make_identity({}));
  struct row {
    starttls how;
    dialogue steps;
  };
  for (const auto& [how, steps] : {row{starttls::smtp, smtp_dialogue()}, row{starttls::imap, imap_dialogue()},
                                   row{starttls::postgres, postgres_dialogue()}}) {
    for (const bool insecure : {true, false}) {
      asio::io_context io;
      peer server(io, says_inside_tls(steps, "inside", certificate));
      fixed_resolver names;
      names.answer.endpoints = {server.endpoint()};
      net::tls_options security;
      security.insecure = insecure;
      const net::target what{{net::endpoint::kind_t::tcp, "server.test", 80, ""},
                             net::ip_version::any,
                             net::make_tls_client(security, "server.test"),
                             how};
      std::string heard;
      const auto out =
          run_session(io, names, what, {&server}, ample, [&](net::run&, net::stream& line) -> asio::awaitable<void> {
            std::array<char, 6> chunk{};
            const auto got = co_await line.read_some(chunk);
            heard.assign(chunk.data(), got.bytes);
          });
      CHECK(heard == (insecure ? "inside" : ""));
      CHECK(out.failed.reason == (insecure ? reason::ok : reason::tls));
      CHECK(out.out.measured("starttls_seconds"));
      CHECK(out.out.measured("tls_seconds").has_value() == insecure);
    }
  }
}

TEST_CASE("starttls: where TLS is optional, a server that does not offer it is used without it") {
  const auto heard_from = [](dialogue steps, bool optional, finding& failed) {
    asio::io_context io;
    peer server(io, says_in_clear_text(std::move(steps)));
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    const net::target what{{net::endpoint::kind_t::tcp, "server.test", 80, ""},
                           net::ip_version::any,
                           net::make_tls_client({}, "server.test"),
                           starttls::postgres,
                           optional};
    std::string heard;
    const auto out =
        run_session(io, names, what, {&server}, 500ms, [&](net::run&, net::stream& line) -> asio::awaitable<void> {
          co_await line.write("hello");
          std::array<char, 6> chunk{};
          const auto got = co_await line.read_some(chunk);
          heard.assign(chunk.data(), got.bytes);
        });
    failed = out.failed;
    return heard;
  };
  const auto request = postgres_dialogue().front().hears;
  finding failed;
  CHECK(heard_from({{request, "N"}, {"hello", "clear!"}}, true, failed) == "clear!");
  CHECK(failed.verdict == verdict::pass);
  CHECK(heard_from({{request, "N"}, {"hello", "clear!"}}, false, failed).empty());
  CHECK(failed.reason == reason::tls);
  CHECK(heard_from({{request, "Nmore"}}, true, failed).empty());
  CHECK(failed.reason == reason::protocol);
  CHECK(heard_from({{request, "HTTP/1.1 400\r\n"}}, true, failed).empty());
  CHECK(failed.reason == reason::protocol);
  CHECK(heard_from({{request, ""}}, true, failed).empty());
  CHECK(failed.reason == reason::timeout);
}
