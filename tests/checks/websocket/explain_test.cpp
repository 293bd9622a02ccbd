// Tests the reasons and messages of close codes, without a socket.
#include <string>

#include <doctest/doctest.h>

#include "websocket/explain.hpp"

using namespace telltale;
using namespace telltale::websocket;

TEST_CASE("explain: a close frame is reported with its code and the server's text, without secrets") {
  const auto found = explain_close(1011, "no\x1bmodel for hunter2", ping_phase, {"hunter2"});
  CHECK(found.verdict == verdict::fail);
  CHECK(found.reason == reason::refused);
  CHECK(found.sentence ==
        "the server closed the WebSocket before its pong with code 1011 (internal error): 'no?model for ***'");
  CHECK(explain_close(3000, "", ping_phase, {}).reason == reason::auth);
  CHECK(explain_close(1007, "", reply_phase, {}).reason == reason::protocol);
  CHECK(explain_close(4001, "", reply_phase, {}).sentence.find("code 4001") != std::string::npos);
  CHECK(explain_close(0, "", ping_phase, {}).sentence.find("without a code") != std::string::npos);
}
