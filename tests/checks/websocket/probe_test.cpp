// Tests the websocket check against scripted peers on loopback, one misbehaviour per row.
#include <doctest/doctest.h>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>

#include "checks/websocket/scripts.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

using socket_task = asio::awaitable<void>;

socket_task hangs_up(tcp::socket socket) { co_await read_request(socket); }
socket_task resets(tcp::socket socket) {
  co_await read_request(socket);
  socket.set_option(tcp::socket::linger(true, 0));
  socket.close();  // a destructor would not reset
}

socket_task drips(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  const auto reply = accepting(request);
  asio::steady_timer pause(socket.get_executor());
  for (const char c : reply) {
    pause.expires_after(20ms);
    co_await pause.async_wait(quiet);
    const auto buffer = asio::buffer(&c, 1);
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) break;
  }
}

socket_task closes_after_ping(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  auto reply = accepting(request);
  co_await say(socket, std::move(reply));
  co_await read_frame(socket);
}

socket_task answers_close_never(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  auto reply = accepting(request);
  co_await say(socket, std::move(reply));
  auto [first, payload] = co_await read_frame(socket);
  auto pong = server_frame(0x8a, payload);
  co_await say(socket, std::move(pong));
  co_await until_closed(socket);
}

/// Sends continuously, and responds to the check's ping only after its own was answered, after a wrong pong and within
/// a message.
socket_task sends_continuously(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  auto reply = accepting(request) + server_frame(0x81, "greeting") + server_frame(0x89, "are you there");
  co_await say(socket, std::move(reply));
  std::string asked;
  for (;;) {
    auto [first, payload] = co_await read_frame(socket);
    std::string bytes;
    if (first == 0) co_return;
    if (first == 0x89) asked = payload;
    if (first == 0x8a && payload == "are you there")
      bytes =
          server_frame(0x8a, "other") + server_frame(0x01, "a") + server_frame(0x8a, asked) + server_frame(0x80, "b");
    if (first == 0x88) bytes = server_frame(0x81, "late") + server_frame(0x88, payload);
    co_await say(socket, std::move(bytes));
  }
}

socket_task floods(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  auto bytes = accepting(request);
  co_await say(socket, std::move(bytes));
  std::string flood;
  for (int i = 0; i < 500; ++i) flood += server_frame(0x82, std::string(100, 'x'));
  const auto buffer = asio::buffer(flood);
  for (;;) {
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) co_return;
  }
}

struct row {
  std::string name;
  script behaviour;
  reason why;
  const char* words;
  options chosen = {};
};

}  // namespace

TEST_CASE("websocket: a healthy endpoint passes with the duration of every phase") {
  const auto out = probe_against(healthy);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.reason == reason::ok);
  CHECK(contains(out.message, "/ws: opened, ping answered"));
  for (const std::string name :
       {"resolve_seconds", "connect_seconds", "handshake_seconds", "ping_seconds", "close_seconds"}) {
    CAPTURE(name);
    REQUIRE(out.measured(name));
    CHECK(*out.measured(name) < 1);
  }
  CHECK_FALSE(out.measured("tls_seconds"));
}

TEST_CASE("websocket: configured headers, subprotocol and message are sent") {
  CHECK(probe_against(opens_with("Sec-WebSocket-Protocol: chat\r\n"), {{"subprotocol", text("chat")}}).verdict ==
        verdict::pass);
  CHECK(probe_against(healthy, {{"send", text("hello")}, {"expect", text("ell")}}).verdict == verdict::pass);
  CHECK(probe_against(healthy, {{"ping", text("false")}}).verdict == verdict::pass);
  const auto greeted = probe_against(sends_continuously, {{"expect", text("greet")}});
  CHECK(greeted.verdict == verdict::pass);
  CHECK(greeted.measured("reply_seconds"));
  const script with_header = [](tcp::socket socket) -> socket_task {
    const auto request = co_await read_request(socket);
    CHECK(contains(request, "\r\nAuthorization: Bearer x\r\n"));
    CHECK(contains(request, "GET /ws?token=hidden HTTP/1.1\r\n"));
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    co_await behave(socket);
  };
  CHECK(probe_against(with_header, {{"headers", map_of({{"Authorization", text("Bearer x")}})}}).verdict ==
        verdict::pass);
}

TEST_CASE("websocket: a server that sends continuously passes, and its pings are answered") {
  const auto out = probe_against(sends_continuously);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
}

TEST_CASE("websocket: a missing close response is mentioned and does not fail") {
  const auto out = probe_against(answers_close_never);
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "did not answer the close"));
  CHECK_FALSE(out.measured("close_seconds"));
}

TEST_CASE("websocket: every misbehaviour has its reason and message") {
  const row rows[] = {
      {"silent after accept", silent, reason::timeout, "no answer to the WebSocket handshake within "},
      {"drips", drips, reason::timeout, "handshake stopped after"},
      {"70 KB of headers", answers("HTTP/1.1 101 X\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n"), reason::protocol,
       "longer than 64 KiB"},
      {"endless header", answers("HTTP/1.1 101 X\r\nA: " + std::string(70'000, 'a')), reason::protocol,
       "longer than 64 KiB"},
      {"line feeds alone", answers("HTTP/1.1 101 X\nA: b\n\n"), reason::protocol, "end with LF instead of CRLF"},
      {"wrong accept",
       answers("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
               "Sec-WebSocket-Accept: AAAA\r\n\r\n"),
       reason::protocol, "wrong Sec-WebSocket-Accept"},
      {"extension", opens_with("Sec-WebSocket-Extensions: permessage-deflate\r\n"), reason::protocol, "extension"},
      {"unsolicited subprotocol", opens_with("Sec-WebSocket-Protocol: chat\r\n"), reason::protocol, "not requested"},
      {"missing subprotocol",
       healthy,
       reason::protocol,
       "chose none of the offered subprotocols ('chat')",
       {{"subprotocol", text("chat")}}},
      {"200", status("200 OK"), reason::protocol, "200 OK instead of 101"},
      {"301", status("301 Moved", "Location: /new?x=hidden\r\n"), reason::refused, "a redirect to /new"},
      {"400", status("400 No"), reason::refused, "400 Bad Request"},
      {"401", status("401 No"), reason::auth, "401 Unauthorized"},
      {"403", status("403 No"), reason::denied, "403 Forbidden"},
      {"404", status("404 No"), reason::missing, "404 Not Found"},
      {"426", status("426 No"), reason::protocol, "426 Upgrade Required"},
      {"500", status("500 No"), reason::refused, "500 Internal Server Error"},
      {"not HTTP", answers("SSH-2.0-OpenSSH_9.2\r\n"), reason::protocol, "speaks SSH on this port, not HTTP"},
      {"TLS on a ws:// port", answers("\x15\x03\x01\0\x02\x02\x28"s), reason::protocol, "start with wss://"},
      {"hangs up", hangs_up, reason::refused, "closed the connection without an answer"},
      {"resets", resets, reason::refused, "dropped the connection without an answer"},
      {"closes mid-handshake", answers("HTTP/1.1 101 Switch", true), reason::protocol, "closed the connection during"},
      {"never pongs", opens_and_sends(""), reason::timeout, "no pong within "},
      {"wrong pong", opens_and_sends(server_frame(0x8a, "12345678")), reason::timeout, "no pong"},
      {"closes instead of pong", opens_and_sends(server_frame(0x88, "\x03\xf3"s)), reason::refused,
       "code 1011 (internal error)"},
      {"hangs up instead of pong", closes_after_ping, reason::protocol, "closed the connection before its pong"},
      {"masked frame", opens_and_sends("\x8a\x80\0\0\0\0"s), reason::protocol, "masked"},
      {"huge frame", opens_and_sends("\x82\x7f\0\0\0\x10\0\0\0\0"s), reason::timeout, "a frame of 64.0 GiB"},
      {"expected text in what is not UTF-8",
       opens_and_sends(server_frame(0x81, "there \xff")),
       reason::protocol,
       "not valid UTF-8",
       {{"ping", text("false")}, {"expect", text("there")}}},
      {"flood", floods, reason::timeout, "though other messages came"},
      {"no reply",
       answers_close_never,
       reason::timeout,
       "no reply within ",
       {{"send", text("hi")}, {"expect", text("there")}}},
      {"another reply",
       healthy,
       reason::mismatch,
       "contained 'there'",
       {{"send", text("hi")}, {"expect", text("there")}}},
  };
  const auto descriptors = open_descriptors();
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_until(r.words, [&](auto limit) { return probe_against(r.behaviour, r.chosen, limit); });
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
    CHECK(out.measured("connect_seconds"));
  }
  CHECK(open_descriptors() == descriptors);
}

TEST_CASE("websocket: a message sent before the check's own does not count as its reply") {
  const options chosen{{"send", text("hi")}, {"expect", text("greet")}};
  const auto out =
      probe_until("contained 'greet'", [&](auto limit) { return probe_against(sends_continuously, chosen, limit); });
  CAPTURE(out.message);
  CHECK(to_string(out.reason) == "mismatch");
}

TEST_CASE("websocket: the loop may end during a probe") {
  for (const auto& behaviour : {script(silent), opens_and_sends("")}) {
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    const auto check = make_check({{"url", text("ws://server.test:81/")}});
    const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 10s, &names};
    asio::co_spawn(io, check->probe(ctx), [](std::exception_ptr, outcome) {});
    io.run_for(20ms);
  }
}
