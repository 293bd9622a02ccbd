// Tests the reason of each situation, and the words that its message must and must not contain.
// A message names only causes that are known from the received bytes.
#include <cstdlib>

#include <doctest/doctest.h>
#include <boost/asio/steady_timer.hpp>

#include "checks/websocket/scripts.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

using words = std::vector<std::string>;

struct row {
  std::string situation;
  script behaviour;
  reason why;
  words must;
  words must_not = {};
  options chosen = {};
  std::string scheme = "ws";
};

void check_rows(const std::vector<row>& rows) {
  for (const auto& r : rows) {
    CAPTURE(r.situation);
    const auto out = probe_against(r.behaviour, r.chosen, ample, r.scheme);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    for (const auto& part : r.must) CHECK_MESSAGE(contains(out.message, part), "must appear: ", part);
    for (const auto& part : r.must_not) CHECK_MESSAGE(!contains(out.message, part), "must not appear: ", part);
  }
}

script answers_bytewise(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await send_bytewise(socket, bytes);
  };
}

script full_status(const std::string& line, const std::string& body) {
  return answers("HTTP/1.1 " + line + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

/// HTTP/2 frames (RFC 9113 section 4.1): SETTINGS with one parameter, and a GOAWAY with PROTOCOL_ERROR.
const std::string settings = "\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"s;
const std::string empty_settings = "\0\0\0\x04\0\0\0\0\0"s;
const std::string goaway = "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01"s;

}  // namespace

TEST_CASE("websocket reasons: a declined handshake is reported by its status alone") {
  const std::string dropped = "a proxy that drops the Upgrade header";
  check_rows({
      {"401", status("401 No"), reason::auth, {"401 Unauthorized", "credentials"}, {"other credentials", dropped}},
      {"407",
       status("407 No"),
       reason::auth,
       {"407 Proxy Authentication Required", "a proxy", "credentials"},
       {"other credentials", dropped}},
      {"403",
       status("403 No"),
       reason::denied,
       {"403 Forbidden", "possible causes", "path", "Origin", "subprotocol", "credentials"},
       {"wants", "other credentials"}},
      {"400", status("400 No"), reason::refused, {"400 Bad Request", dropped}, {"credentials", "version", "TLS"}},
      {"404", status("404 No"), reason::missing, {"404 Not Found", "path", "Host", dropped}, {"credentials"}},
      {"421", status("421 No"), reason::refused, {"421 Misdirected Request", "Host"}, {"credentials", dropped}},
      {"429", status("429 No"), reason::overload, {"429 Too Many Requests"}, {"credentials", "causes"}},
      {"503 and Retry-After",
       status("503 No", "Retry-After: 5\r\n"),
       reason::overload,
       {"503 Service Unavailable, to be tried again in 5 s"}},
      {"504", status("504 No"), reason::timeout, {"504 Gateway Timeout"}},
      {"410", status("410 No"), reason::missing, {"410 Gone"}},
      {"500", status("500 No"), reason::refused, {"500 Internal Server Error"}, {"credentials", "causes"}},
      {"503", status("503 No"), reason::refused, {"503 Service Unavailable"}, {"credentials", "causes"}},
      {"a status nobody knows", status("799 No"), reason::refused, {"with 799"}, {"causes"}},
      {"200",
       status("200 OK"),
       reason::protocol,
       {"200 OK instead of 101", "possible causes", "not a WebSocket endpoint", dropped},
       {"version"}},
      {"204", answers("HTTP/1.1 204 X\r\n\r\n"), reason::protocol, {"204 No Content instead of 101", dropped}},
      {"100", answers("HTTP/1.1 100 X\r\n\r\n"), reason::protocol, {"100 Continue instead of 101"}, {dropped}},
      {"301", status("301 X", "Location: /new\r\n"), reason::refused, {"a redirect to /new"}, {"credentials"}},
      {"304", status("304 X"), reason::refused, {"304 Not Modified"}, {"redirect"}},
      {"the server's own words", status("403 wrong key, ask Bob"), reason::denied, {"403 Forbidden"}, {"Bob"}},
  });
}

TEST_CASE("websocket reasons: a version is reported only when the server sent a different one") {
  const std::string dropped = "a proxy that drops the Upgrade header";
  const auto version = [](std::string line, const std::string& value) {
    return status(line, "Sec-WebSocket-Version: " + value + "\r\n");
  };
  check_rows({
      {"426", status("426 No"), reason::protocol, {"426 Upgrade Required", "possible", dropped}, {"version"}},
      {"426 and 8", version("426 No", "8"), reason::protocol, {"426", "version 8,", "version 13"}, {dropped}},
      {"426 and a list", version("426 No", "8, 7"), reason::protocol, {"version 8, 7,"}, {dropped}},
      {"426 and two headers",
       version("426 No", "8\r\nSec-WebSocket-Version: 7"),
       reason::protocol,
       {"version 8, 7,"},
       {dropped}},
      {"400 and 8 (RFC 6455 section 4.4)", version("400 No", "8"), reason::protocol, {"400", "version 8,"}, {dropped}},
      {"426 and what was asked for", version("426 No", "13"), reason::protocol, {dropped}, {"version"}},
      {"400 and a list with what was asked for", version("400 No", "13, 8"), reason::refused, {dropped}, {"version"}},
      {"426 and no number", version("426 No", "hidden"), reason::protocol, {"426", dropped}, {"version"}},
      {"426 and an endless list",
       version("426 No", std::string(3000, '8')),
       reason::protocol,
       {"426", dropped},
       {"version", "888888"}},
      {"200 and 8", version("200 OK", "8"), reason::protocol, {"200 OK instead of 101", dropped}, {"version"}},
  });
}

TEST_CASE("websocket reasons: an HTTP/2 server is reported as such") {
  const words http2 = {"HTTP/2", "HTTP/1.1"};
  check_rows({
      {"SETTINGS", answers(settings), reason::protocol, http2, {"does not speak HTTP"}},
      {"empty SETTINGS", answers(empty_settings), reason::protocol, http2, {"does not speak HTTP"}},
      {"SETTINGS, byte by byte", answers_bytewise(settings), reason::protocol, http2, {"does not speak HTTP"}},
      {"SETTINGS and GOAWAY, then gone", answers(settings + goaway, true), reason::protocol, http2},
      {"GOAWAY", answers(goaway, true), reason::protocol, http2, {"does not speak HTTP"}},
      {"the preface", answers("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), reason::protocol, http2, {"does not speak"}},
      {"the preface, byte by byte", answers_bytewise("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), reason::protocol, http2},
      {"a status line", answers("HTTP/2 101\r\n\r\n"), reason::protocol, http2, {"not valid HTTP"}},
      {"a status line of HTTP/3", answers("HTTP/3 200\r\n\r\n"), reason::protocol, {"HTTP/3"}, {"HTTP/2"}},
      {"zeroes", answers(std::string(64, '\0')), reason::protocol, {"does not speak HTTP"}, {"HTTP/2"}},
      {"another method", answers("PRINT everything"), reason::protocol, {"does not speak HTTP"}, {"HTTP/2"}},
      {"SSH", answers("SSH-2.0-OpenSSH_9.2\r\n"), reason::protocol, {"speaks SSH on this port"}, {"HTTP/2"}},
      {"half a preface, then gone", answers("PRI *", true), reason::protocol, {"closed the connection"}, {"HTTP/2"}},
  });
}

TEST_CASE("websocket reasons: an HTTP response after a 101 is reported as such") {
  const words another = {"HTTP response", "101"};
  const std::string refusal = "HTTP/1.1 400 Bad Request\r\n\r\nno";
  const script bytewise = [refusal](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    co_await send_bytewise(socket, refusal);
  };
  check_rows({
      {"in one piece", opens_and_sends(refusal), reason::protocol, another, {"fragmented"}},
      {"byte by byte", bytewise, reason::protocol, another, {"fragmented"}},
      {"HTTP/1.0", opens_and_sends("HTTP/1.0 502 X\r\n\r\n"), reason::protocol, another, {"fragmented"}},
      {"after a message (decision 029)",
       opens_and_sends(server_frame(0x81, "hello") + refusal),
       reason::protocol,
       {"a control frame is fragmented"},
       {"HTTP response"}},
      {"not quite",
       opens_and_sends("HTTX/1.1 400"),
       reason::protocol,
       {"control frame is fragmented"},
       {"HTTP response"}},
      {"a frame of an extension", opens_and_sends("\xc1\x01z"), reason::protocol, {"reserved bits"}, {"HTTP"}},
      {"the text in a message is none of it",
       opens_and_sends(server_frame(0x81, "HTTP/1.1 400") + close_frame(1011)),
       reason::refused,
       {"1011"},
       {"HTTP response"}},
  });
}

TEST_CASE("websocket reasons: TLS on a plain port and plain HTTP on a TLS port are reported as such") {
  const words use_wss = {"TLS on this port", "wss://"};
  const std::string nginx = "<html><center>The plain HTTP request was sent to HTTPS port</center></html>";
  const std::string elsewhere = "<html>Read https://example.org/port and http://example.org/server</html>";
  const options insecure = {{"insecure", text("true")}};
  const script in_pieces = [nginx](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await say(socket, "HTTP/1.1 400 Bad Request\r\nContent-Length: " + std::to_string(nginx.size()) + "\r\n\r\n");
    asio::steady_timer pause(socket.get_executor());
    pause.expires_after(20ms);
    co_await pause.async_wait(quiet);
    co_await say(socket, nginx);
    co_await until_closed(socket);
  };
  check_rows({
      {"an alert", answers("\x15\x03\x01\0\x02\x02\x28"s), reason::protocol, use_wss},
      {"nginx", full_status("400 Bad Request", nginx), reason::protocol, use_wss, {"drops the Upgrade"}},
      {"nginx, the body later", in_pieces, reason::protocol, use_wss, {"drops the Upgrade"}},
      {"Go", answers("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", true),
       reason::protocol, use_wss},
      {"Apache",
       full_status("400 Bad Request", "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"),
       reason::protocol, use_wss},
      {"Tomcat", full_status("400 ", "Bad Request\r\nThis combination of host and port requires TLS.\r\n"),
       reason::protocol, use_wss},
      {"a page with a link", full_status("400 Bad Request", elsewhere), reason::refused, {"400"}, {"TLS"}},
      {"the words with another status", full_status("404 Not Found", nginx), reason::missing, {"404"}, {"TLS"}},
      {"the words behind the bound",
       full_status("400 Bad Request", std::string(100'000, ' ') + nginx),
       reason::refused,
       {"400"},
       {"TLS"}},
      {"gone without an answer",
       answers("", true),
       reason::refused,
       {"without an answer", "possible", "TLS on this port"}},
      {"a body that does not come", status("400 Bad Request"), reason::refused, {"400"}, {"TLS"}},
      {"wss:// to plain HTTP",
       sends_at_once("HTTP/1.1 400 Bad Request\r\n\r\n"),
       reason::tls,
       {"plain HTTP on this port, not TLS"},
       {},
       insecure,
       "wss"},
      {"wss:// to something else",
       sends_at_once("SSH-2.0-OpenSSH_9.2\r\n"),
       reason::tls,
       {"speaks SSH on this port, not TLS"},
       {"HTTP"},
       insecure,
       "wss"},
  });
}

TEST_CASE("websocket reasons: each close code has its reason") {
  const auto closes = [](int code, const std::string& why = "") { return opens_and_sends(close_frame(code, why)); };
  check_rows({
      {"1000", closes(1000), reason::refused, {"code 1000 (normal closure)"}},
      {"1002", closes(1002), reason::protocol, {"code 1002 (protocol error)"}},
      {"1008", closes(1008), reason::refused, {"code 1008 (policy violation)"}, {"credentials"}},
      {"1011", closes(1011), reason::refused, {"code 1011 (internal error)"}},
      {"1013", closes(1013), reason::overload, {"code 1013 (try again later)"}},
      {"3000", closes(3000), reason::auth, {"code 3000 (unauthorized)"}},
      {"3003", closes(3003), reason::auth, {"code 3003 (forbidden)"}},
      {"4401", closes(4401), reason::auth, {"code 4401 (unauthorized"}},
      {"4403", closes(4403), reason::auth, {"code 4403 (forbidden"}},
      {"4001", closes(4001), reason::refused, {"code 4001"}, {"unauthorized", "forbidden"}},
      {"4400", closes(4400), reason::refused, {"code 4400"}, {"unauthorized", "forbidden"}},
      {"4404", closes(4404), reason::refused, {"code 4404"}, {"unauthorized", "forbidden"}},
      {"no code", opens_and_sends(server_frame(0x88, "")), reason::refused, {"without a code"}},
      {"with words", closes(4401, "token expired"), reason::auth, {"4401", "'token expired'"}},
      {"with words and a code of the registry", closes(1011, "no model"), reason::refused, {"1011", "'no model'"}},
  });
}

TEST_CASE("websocket reasons: the server's close reason is shown printable, shortened and without secrets") {
  const auto closes = [](const std::string& why) { return opens_and_sends(close_frame(1008, why)); };
  const options bearer = {{"headers", map_of({{"Authorization", text("Bearer abc.def-123")}})}};
  ::setenv("TELLTALE_TEST_KEY", "k9z", 1);
  ::setenv("TELLTALE_TEST_LOGIN", R"({"password": "correct horse"})", 1);
  const auto from = [](const char* name) { return map_of({{"env", text(name)}}); };
  const options short_key = {{"headers", map_of({{"X-Key", from("TELLTALE_TEST_KEY")}})}};
  const options logs_in = {{"ping", text("false")}, {"send", from("TELLTALE_TEST_LOGIN")}, {"expect", text("welcome")}};
  const options harmless = {{"headers", map_of({{"Origin", text("https://app.test")}, {"X-Flag", text("1")}})},
                            {"send", text("subscribe")}};
  check_rows({
      {"control characters", closes("a\x1b[31mb\r\nc\x7f"), reason::refused, {"'a?[31mb??c?'"}, {"\x1b", "\n", "\r"}},
      {"C1 control characters",
       closes("a\xc2\x9b"
              "31m"),
       reason::refused,
       {"'a?31m'"},
       {"\xc2\x9b"}},
      {"text that turns its direction",
       closes("a\xe2\x80\xae"
              "b"),
       reason::refused,
       {"'a?b'"},
       {"\xe2\x80\xae"}},
      {"a line separator",
       closes("a\xe2\x80\xa8"
              "b"),
       reason::refused,
       {"'a?b'"},
       {"\xe2\x80\xa8"}},
      {"another script", closes("\xe6\x8b\x92\xe7\xbb\x9d"), reason::refused, {"'\xe6\x8b\x92\xe7\xbb\x9d'"}},
      {"long", closes(std::string(123, 'x')), reason::refused, {"xxx..."}, {std::string(100, 'x')}},
      {"long, cut within a character",
       closes("x" +
              [] {
                std::string s;
                for (int i = 0; i < 40; ++i) s += "\xe2\x82\xac";
                return s;
              }()),
       reason::refused,
       {"\xe2\x82\xac..."},
       {"\xe2...", "\x82..."}},
      {"half a character", closes("\xe2\x82"), reason::protocol, {"not valid UTF-8"}},
      {"a header echoed", closes("bad Bearer abc.def-123!"), reason::refused, {"'bad ***!'"}, {"abc", "123"}, bearer},
      {"a part of a header echoed", closes("bad token abc.def-123"), reason::refused, {"bad token"}, {"abc"}, bearer},
      {"a cut header echoed", closes("bad abc.def-"), reason::refused, {"'bad***'"}, {"abc"}, bearer},
      {"a short secret echoed", closes("bad k9z"), reason::refused, {"'***'"}, {"k9z", "bad"}, short_key},
      {"the query echoed", closes("bad token=hidden"), reason::refused, {"'bad token=***'"}, {"hidden"}},
      {"what is no secret",
       closes("https://app.test may not subscribe 1"),
       reason::refused,
       {"'https://app.test may not subscribe 1'"},
       {"***"},
       harmless},
      {"a message echoed", closes("no: correct horse"), reason::refused, {"no: ***"}, {"horse"}, logs_in},
  });
}

TEST_CASE("websocket reasons: a reported redirect contains no secrets") {
  const options bearer = {{"headers", map_of({{"Authorization", text("Bearer abc.def-123")}})}};
  check_rows({
      {"a header in the path",
       status("302 Found", "Location: /login/abc.def-123/\r\n"),
       reason::refused,
       {"a redirect to /login/***/"},
       {"abc"},
       bearer},
      {"the query's value in the path",
       status("302 Found", "Location: /hidden/x\r\n"),
       reason::refused,
       {"a redirect to /***/x"},
       {"hidden"}},
  });
}
