// The http check against scripted peers: each outcome that it tells apart, with its reason.
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "checks/http/peer.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

asio::awaitable<void> closes(tcp::socket socket) { co_await read_request(socket); }

const std::string html = "<!doctype html><html><body>Bad gateway</body></html>";
const std::string failing = R"({"status":"fail","checks":{"db:connections":[{"status":"pass"}],)"
                            R"("redis:responseTime":[{"status":"fail","output":"connection\nrefused"}]}})";

}  // namespace

TEST_CASE("http: a 2xx passes, with the time of every phase") {
  const auto out = probe(answers(reply("200 OK", "fine")));
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "http://server.test:80/health: 200 OK");
  for (const auto* name : {"resolve_seconds", "connect_seconds", "reply_seconds", "body_seconds"})
    CHECK(out.measured(name));
  CHECK(out.measured("status_code") == 200);
  CHECK(out.measured("body_bytes") == 4);
}

TEST_CASE("http: each outcome has its reason and its words") {
  struct row {
    std::string name;
    script behaviour;
    fakes::options chosen;
    reason why;
    std::string words;
  };
  const fakes::options wants_json{{"json", map_of({{"/status", text("ok")}})}};
  const fakes::options sends_token{{"headers", map_of({{"Authorization", text("hunter2hunter2")}})}};
  const std::string plain_400 = "<h1>400 The plain HTTP request was sent to HTTPS port</h1>";
  const std::string retry = "Retry-After: 30\r\n";
  const std::string location = "Location: https://login.test/in?token=hidden\r\n";
  const row rows[] = {
      {"silent", silent, {}, reason::timeout, "no reply within "},
      {"closed", closes, {}, reason::refused, "closed the connection without an answer"},
      {"stops in the header", answers("HTTP/1.1 200"), {}, reason::timeout, "stopped in its header after 12"},
      {"stops in the body",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
       {},
       reason::timeout,
       "the body stopped after 1"},
      {"truncated",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", true),
       {},
       reason::protocol,
       "after 1 of 9 bytes"},
      {"401",
       answers(reply("401 Unauthorized")),
       {},
       reason::auth,
       "401 Unauthorized: the server requires credentials"},
      {"401, with some", answers(reply("401 Unauthorized")), sends_token, reason::auth,
       "does not accept the credentials"},
      {"407", answers(reply("407 X")), {}, reason::auth, "a proxy requires credentials"},
      {"403", answers(reply("403 Forbidden")), {}, reason::denied, "403 Forbidden (possible causes: the path"},
      {"404", answers(reply("404 Not Found", html)), {}, reason::missing, "404 Not Found (possible causes: the path"},
      {"410", answers(reply("410 Gone")), {}, reason::missing, "410 Gone"},
      {"429",
       answers(reply("429 X", "", retry)),
       {},
       reason::overload,
       "429 Too Many Requests, to be tried again in 30 s"},
      {"503 that is busy",
       answers(reply("503 X", "", retry)),
       {},
       reason::overload,
       "503 Service Unavailable, to be tried"},
      {"503", answers(reply("503 X", "secret page")), {}, reason::refused, "/health: 503 Service Unavailable"},
      {"503 of a neighbour",
       answers(page("application/health+json; charset=utf-8", failing, "503 X")),
       {},
       reason::refused,
       "503 Service Unavailable: component 'redis' fails: connection?refused"},
      {"503 with a broken report",
       answers(page("application/health+json", "{", "503 X")),
       {},
       reason::refused,
       "503 Service"},
      {"503 with a body that does not end",
       answers("HTTP/1.1 503 X\r\nContent-Type: application/health+json\r\nContent-Length: 99\r\n\r\n{"),
       {},
       reason::refused,
       "503 Service Unavailable"},
      {"500", answers(reply("500 X")), {}, reason::refused, "500 Internal Server Error"},
      {"502", answers(reply("502 X")), {}, reason::refused, "502 Bad Gateway: a proxy received no valid reply"},
      {"504", answers(reply("504 X")), {}, reason::timeout, "504 Gateway Timeout: a proxy received no reply"},
      {"599", answers(reply("599 X")), {}, reason::refused, "/health: 599"},
      {"204 where 200 is wanted",
       answers("HTTP/1.1 204 X\r\n\r\n"),
       {{"status", text("200")}},
       reason::mismatch,
       "204 No Content, expected 200"},
      {"redirect",
       answers(reply("302 Found", "", location)),
       {},
       reason::refused,
       "302 Found redirects to https://login.test/in, which is not followed"},
      {"HTML where JSON is wanted", answers(page("text/html", html)), wants_json, reason::mismatch,
       "the body is an HTML page, expected JSON"},
      {"nothing where JSON is wanted", answers(reply("200 OK")), wants_json, reason::mismatch,
       "the body is empty, expected JSON"},
      {"other JSON", answers(page("application/json", R"({"status":"bad"})")), wants_json, reason::mismatch,
       "the body has /status \"bad\", expected ok"},
      {"compressed", answers(reply("200 OK", "xx", "Content-Encoding: gzip\r\n")), wants_json, reason::mismatch,
       "the body is compressed ('gzip')"},
      {"other text",
       answers(reply("200 OK", "not yet")),
       {{"contains", text("ready")}},
       reason::mismatch,
       "does not contain the expected text"},
      {"other pattern",
       answers(reply("200 OK", "not yet")),
       {{"match", text("^ready$")}},
       reason::mismatch,
       "pattern of `match` is not found in the body"},
      {"text behind the limit",
       answers(reply("200 OK", std::string(2000, 'x') + "ready")),
       {{"contains", text("ready")}, {"max_body", text("1KiB")}},
       reason::mismatch,
       "in its first 1KiB"},
      {"JSON over the limit",
       answers(reply("200 OK", std::string(2000, ' ') + "{}")),
       {{"json", map_of({{"/a", text("1")}})}, {"max_body", text("1KiB")}},
       reason::mismatch,
       "longer than 1KiB (max_body)"},
      {"other header",
       answers(page("text/html", html)),
       {{"expect_headers", map_of({{"content-type", text("~ json")}})}},
       reason::mismatch,
       "the header content-type is 'text/html', expected ~ json"},
      {"no header",
       answers(reply("200 OK")),
       {{"expect_headers", map_of({{"X-Ready", text("yes")}})}},
       reason::mismatch,
       "the reply has no header X-Ready, expected yes"},
      {"TLS",
       answers("\x15\x03\x01\x00\x02\x02\x46", true),
       {},
       reason::protocol,
       "speaks TLS on this port: the URL should start with https://"},
      {"TLS behind a page",
       answers(page("text/html", plain_400, "400 Bad Request")),
       {},
       reason::protocol,
       "speaks TLS on this port"},
      {"HTTP/2",
       answers(std::string("\0\0\6\4\0\0\0\0\0\0\5\0\0\40\0", 15), true),
       {},
       reason::protocol,
       "speaks HTTP/2 on this port"},
      {"SSH", answers("SSH-2.0-OpenSSH\r\n", true), {}, reason::protocol, "speaks SSH on this port, not HTTP"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_until(r.words, [&](auto limit) { return probe(r.behaviour, r.chosen, limit); });
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
    CHECK_FALSE(contains(out.message, "secret page"));
  }
}

TEST_CASE("http: expectations that the reply meets pass") {
  const script healthy = answers(page("application/json", R"({"status":"ok","queue":3})"));
  const fakes::options rows[] = {
      {{"contains", text("\"ok\"")}},
      {{"match", text(R"("queue":\d\b)")}},
      {{"json", map_of({{"/status", text("ok")}, {"/queue", text("< 10")}})}},
      {{"expect_headers", map_of({{"Content-Type", text("~ json")}, {"X-Error", text("!= fatal")}})}},
      {{"status", raw_value::list({text("200-204"), text("301")})}},
      {{"method", text("POST")}, {"body", text("{}")}},
  };
  for (const auto& chosen : rows) {
    const auto out = probe(healthy, chosen);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
  }
  CHECK(probe(answers(reply("401 X")), {{"status", text("401")}}).verdict == verdict::pass);
  CHECK(probe(answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), {{"method", text("HEAD")}}).verdict ==
        verdict::pass);
  CHECK(probe(answers(reply("200 OK", std::string(100'000, 'x')))).verdict == verdict::pass);
}

TEST_CASE("http: a neighbour's own warning or failure is repeated, whatever its status") {
  auto out = probe(answers(page("application/health+json", R"({"status":"warn","output":"disk 91%"})")));
  CHECK(out.verdict == verdict::warn);
  CHECK(out.message == "http://server.test:80/health: 200 OK: disk 91%");
  out = probe(answers(page("application/health+json", failing)));
  CHECK(out.verdict == verdict::fail);
  CHECK(contains(out.message, "200 OK: component 'redis' fails: connection?refused"));
  CHECK(probe(answers(page("application/health+json", R"({"status":"pass"})"))).verdict == verdict::pass);
}

TEST_CASE("http: a health report that cannot be read is a warning") {
  struct row {
    std::string body;
    std::string words;
  };
  const row rows[] = {
      {R"({"output":")" + std::string(70'000, 'x') + R"(","status":"fail"})",
       "200 OK: the health report is longer than 64KiB (max_body), and its status is unknown"},
      {R"({"status":"fail")", "200 OK: the health report has no valid status"},
      {R"({"status":"maybe"})", "200 OK: the health report has no valid status"},
      {"", "200 OK: the health report has no valid status"},
  };
  for (const auto& r : rows) {
    const auto out = probe(answers(page("application/health+json", r.body)));
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::warn);
    CHECK(to_string(out.reason) == "mismatch");
    CHECK(contains(out.message, r.words));
  }
  const std::string type = "Content-Type: application/health+json\r\n";
  CHECK(probe(answers("HTTP/1.1 204 No Content\r\n" + type + "\r\n")).verdict == verdict::pass);
  CHECK(
      probe(answers("HTTP/1.1 200 OK\r\n" + type + "Content-Length: 5\r\n\r\n"), {{"method", text("HEAD")}}).verdict ==
      verdict::pass);
}

TEST_CASE("http: a slow reply crosses the limit on the latency") {
  const auto slow = [](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    asio::steady_timer pause(socket.get_executor(), 50ms);
    co_await pause.async_wait(quiet);
    co_await say(socket, reply("200 OK"));
    co_await until_closed(socket);
  };
  const auto out = probe(slow, {{"latency", map_of({{"warn", text("20ms")}, {"fail", text("10s")}})}}, 20s);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
}

TEST_CASE("http: no address, and nobody who listens") {
  asio::io_context io;
  tcp::acceptor unused(io, {asio::ip::address_v4::loopback(), 0});
  fixed_resolver names;
  names.answer.endpoints = {unused.local_endpoint()};
  unused.close();
  const auto check = make_check(checks::http(), {{"url", text("http://server.test/")}});
  CHECK(probe_once(io, check, names, ample, {}).reason == reason::refused);
  names.answer = {{}, "server.test does not resolve", false, false};
  CHECK(probe_once(io, check, names, ample, {}).reason == reason::dns);
}

TEST_CASE("http: a Unix socket") {
  asio::io_context io;
  const temp_folder folder;
  const auto path = folder / "app.sock";
  asio::local::stream_protocol::acceptor acceptor(io, path);
  std::string heard;
  const auto serve = [&]() -> asio::awaitable<void> {
    auto [error, socket] = co_await acceptor.async_accept(quiet);
    heard = co_await read_request(socket);
    co_await say(socket, reply("200 OK"));
    co_await until_closed(socket);
  };
  asio::co_spawn(io, serve(), [](std::exception_ptr) {});
  fixed_resolver names;
  const auto out = probe_once(
      io,
      make_check(checks::http(), {{"url", text("http://app/health")}, {"unix", text(path)}, {"reconnect", text("0s")}}),
      names, ample, {});
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "http://app:80/health at unix:" + path + ": 200 OK");
  CHECK(contains(heard, "GET /health HTTP/1.1\r\nHost: app\r\n"));
}
