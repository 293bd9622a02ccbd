// From close codes to reasons and sentences, without a socket.
#include <string>

#include <doctest/doctest.h>

#include "websocket/explain.hpp"

using namespace telltale;
using namespace telltale::websocket;

TEST_CASE("explain: a close frame gives its code, and the server's words without what they may not show") {
  const auto told = explain_close(1011, "no\x1bmodel for hunter2", ping_phase, {"hunter2"});
  CHECK(told.verdict == verdict::fail);
  CHECK(told.reason == reason::refused);
  CHECK(told.sentence ==
        "the server closed the WebSocket before its pong with code 1011 (internal error): 'no?model for ***'");
  CHECK(explain_close(3000, "", ping_phase, {}).reason == reason::auth);
  CHECK(explain_close(1007, "", reply_phase, {}).reason == reason::protocol);
  CHECK(explain_close(4001, "", reply_phase, {}).sentence.find("code 4001") != std::string::npos);
  CHECK(explain_close(0, "", ping_phase, {}).sentence.find("without a code") != std::string::npos);
}
