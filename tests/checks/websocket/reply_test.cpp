// Tests the evaluation of handshake replies without a socket, one mistake per row.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "websocket/reply.hpp"

using namespace telltale;
using namespace telltale::websocket;

namespace {

const std::string accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";  // RFC 6455 section 1.3

std::string switching(const std::string& more) { return "HTTP/1.1 101 Switching Protocols\r\n" + more + "\r\n"; }
const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const std::string accepted = upgrade + "Sec-WebSocket-Accept: " + accept + "\r\n";

struct row {
  std::string name;
  std::string head;
  reason why;
  const char* words;
  const char* subprotocol = "";
};

}  // namespace

TEST_CASE("reply: a correct handshake is accepted") {
  std::string found;
  CHECK(judge_reply(switching(accepted), {}, {}, found) == finding());
  CHECK(found == accept);
  CHECK(judge_reply(switching(accepted + "Sec-WebSocket-Protocol: chat.v2\r\n"), {{"chat.v2"}}, {}, found) ==
        finding());
  CHECK(judge_reply(switching("UPGRADE: WebSocket\r\nconnection: keep-alive\r\nConnection: upgrade\r\nServer: x\r\n"
                              "sec-websocket-accept: " +
                              accept + "\r\n"),
                    {}, {}, found) == finding());
}

TEST_CASE("reply: every invalid handshake has its reason and message") {
  const std::string redirect =
      "HTTP/1.1 301 Moved Permanently\r\nLocation: https://other.example/ws?token=hidden\r\n\r\n";
  const row rows[] = {
      {"200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", reason::protocol, "200 OK instead of 101"},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", reason::protocol, "204 No Content"},
      {"301", redirect, reason::refused, "a redirect to https://other.example/ws, which"},
      {"302 without a place", "HTTP/1.1 302 Found\r\n\r\n", reason::refused, "302 Found, a redirect, which"},
      {"302 with credentials", "HTTP/1.1 302 Found\r\nLocation: https://a:b@c/\r\n\r\n", reason::refused,
       "a redirect, which"},
      {"400", "HTTP/1.1 400 Bad Request\r\n\r\n", reason::refused, "400 Bad Request"},
      {"401", "HTTP/1.1 401 Whatever\r\n\r\n", reason::auth, "401 Unauthorized"},
      {"403", "HTTP/1.1 403 Forbidden\r\n\r\n", reason::denied, "403 Forbidden"},
      {"404", "HTTP/1.1 404 Not Found\r\n\r\n", reason::missing, "404 Not Found"},
      {"426", "HTTP/1.1 426 Upgrade Required\r\n\r\n", reason::protocol, "426 Upgrade Required"},
      {"429", "HTTP/1.1 429 Too Many Requests\r\n\r\n", reason::overload, "429 Too Many Requests"},
      {"500", "HTTP/1.1 500 Oops\r\n\r\n", reason::refused, "500 Internal Server Error"},
      {"503 of HTTP/1.0", "HTTP/1.0 503 Nope\r\n\r\n", reason::refused, "503 Service Unavailable"},
      {"a status nobody knows", "HTTP/1.1 799 Odd\r\n\r\n", reason::refused, "with 799"},
      {"100", "HTTP/1.1 100 Continue\r\n\r\n", reason::protocol, "100 Continue instead of 101"},
      {"HTTP/1.0 with 101", "HTTP/1.0 101 Switching Protocols\r\n" + accepted + "\r\n", reason::protocol,
       "not HTTP/1.1"},
      {"no Upgrade", switching("Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n"), reason::protocol,
       "no 'Upgrade: websocket'"},
      {"upgrade to something else", switching("Upgrade: h2c\r\nConnection: Upgrade\r\n"), reason::protocol,
       "no 'Upgrade: websocket'"},
      {"no Connection", switching("Upgrade: websocket\r\nSec-WebSocket-Accept: " + accept + "\r\n"), reason::protocol,
       "no 'Connection: Upgrade'"},
      {"Connection: close", switching("Upgrade: websocket\r\nConnection: close\r\n"), reason::protocol,
       "no 'Connection: Upgrade'"},
      {"no accept", switching(upgrade), reason::protocol, "no Sec-WebSocket-Accept"},
      {"two accepts", switching(accepted + "Sec-WebSocket-Accept: " + accept + "\r\n"), reason::protocol, "several"},
      {"an extension", switching(accepted + "Sec-WebSocket-Extensions: permessage-deflate\r\n"), reason::protocol,
       "extension that was not requested"},
      {"an unsolicited subprotocol", switching(accepted + "Sec-WebSocket-Protocol: chat\r\n"), reason::protocol,
       "subprotocol that was not requested"},
      {"a missing subprotocol", switching(accepted), reason::protocol,
       "chose none of the offered subprotocols ('chat')", "chat"},
      {"another subprotocol", switching(accepted + "Sec-WebSocket-Protocol: CHAT\r\n"), reason::protocol,
       "that was not offered ('chat' was)", "chat"},
      {"two subprotocols", switching(accepted + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat\r\n"),
       reason::protocol, "several subprotocols instead of one of 'chat'", "chat"},
      {"no version", "HTTP/ 101\r\n\r\n", reason::protocol, "not valid HTTP"},
      {"a header without a colon", switching("Upgrade\r\n"), reason::protocol, "not valid HTTP"},
      {"a NUL in a header", switching(std::string("A: b\0c\r\n", 8)), reason::protocol, "not valid HTTP"},
      {"nothing", "", reason::protocol, "not valid HTTP"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    std::vector<offered_subprotocol> offered;
    if (*r.subprotocol) offered.push_back({r.subprotocol});
    std::string found;
    const auto failed = judge_reply(r.head, offered, {}, found);
    CHECK(failed.verdict == verdict::fail);
    CHECK(failed.reason == r.why);
    CAPTURE(failed.sentence);
    CHECK(failed.sentence.find(r.words) != std::string::npos);
    CHECK(failed.sentence.find("hidden") == std::string::npos);
    CHECK(failed.sentence.find("a:b") == std::string::npos);
  }
}
