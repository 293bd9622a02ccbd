// Tests that a probe cancelled at any point of its session leaves no operation behind.
#include <doctest/doctest.h>

#include "checks/websocket/peer.hpp"
#include "fakes/cancelled_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

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
  cancel_everywhere(opens(false), make_check({{"url", text("ws://server.test:81/ws")}, {"send", text("hello")}}), 300);
}

TEST_CASE("websocket cancelled: while the pong does not come") {
  cancel_everywhere(opens(true), make_check({{"url", text("ws://server.test:81/ws")}}), 25);
}
