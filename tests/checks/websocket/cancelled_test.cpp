// Tests that a probe cancelled at any point of its session leaves no operation behind.
#include <doctest/doctest.h>

#include "checks/websocket/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Cancels consecutive probes, each one handler later than the previous one, until a probe ends by itself.
void cancel_everywhere(const script& behaviour, fakes::options chosen, int most) {
  chosen.emplace_back("url", text("ws://server.test:81/ws"));
  const auto check = make_check(std::move(chosen));
  for (int steps = 0; steps < most; ++steps) {
    CAPTURE(steps);
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    if (!cancel_after(steps, io, check, names, {&server})) return;
    CHECK(server.open() == 0);
  }
}

/// Opens the WebSocket unless the client has disconnected, and then follows the protocol or only reads.
script opens(bool mute) {
  return [mute](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    if (request.find("Sec-WebSocket-Key: ") == std::string::npos) co_return;
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    if (mute) co_await until_closed(socket);
    else co_await behave(socket);
  };
}

}  // namespace

TEST_CASE("websocket cancelled: at any point of a healthy session") {
  cancel_everywhere(opens(false), {{"send", text("hello")}}, 300);
}

TEST_CASE("websocket cancelled: while the pong does not come") { cancel_everywhere(opens(true), {}, 25); }
