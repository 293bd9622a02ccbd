// Probes misbehaving peers ten thousand times: each probe ends in time with its reason and leaves no connection.
#include <memory>

#include <doctest/doctest.h>

#include "checks/websocket/peer.hpp"
#include "fakes/certificates.hpp"
#include "fakes/many_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

namespace ssl = boost::asio::ssl;
using socket_task = asio::awaitable<void>;

socket_task hangs_up(tcp::socket socket) { co_await read_request(socket); }

script answers(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    co_await read_request(socket);
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}

/// Opens the WebSocket, says `bytes` over and over until there is nobody to hear them when `again`, and reads on.
script opens_and_says(std::string bytes, bool again = false) {
  return [bytes, again](tcp::socket socket) -> socket_task {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    const auto buffer = asio::buffer(bytes);
    do {
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    } while (again);
    co_await until_closed(socket);
  };
}

socket_task behaves(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  auto reply = accepting(request);
  co_await say(socket, std::move(reply));
  co_await behave(socket);
}

script speaks_tls(std::shared_ptr<ssl::context> context) {
  return [context](tcp::socket socket) -> socket_task {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (!error) co_await until_closed(stream);
  };
}

probed_peers all_kinds(asio::io_context& io) {
  const std::string flood = [] {
    std::string out;
    for (int i = 0; i < 500; ++i) out += server_frame(0x82, std::string(100, 'x'));
    return out;
  }();
  const auto certificate = server_context(make_identity({}));
  probed_peers out;
  const auto add = [&](script does, reason why, const char* scheme = "ws") {
    auto check = make_check({{"url", raw_value::scalar(std::string(scheme) + "://server.test:81/ws")}});
    out.push_back(std::make_unique<probed_peer>(io, std::move(does), std::move(check), why));
  };
  add(behaves, reason::ok);
  add(silent, reason::timeout);
  add(hangs_up, reason::refused);
  add(answers("HTTP/1.1 401 No\r\n\r\n"), reason::auth);
  add(answers("HTTP/1.1 101 X\r\nA: " + std::string(70'000, 'a')), reason::protocol);
  add(answers("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: A\r\n\r\n"),
      reason::protocol);
  add(opens_and_says("xx"), reason::protocol);                            // reserved bits
  add(opens_and_says(server_frame(0x81, "hello")), reason::timeout);      // never a pong
  add(opens_and_says("\x82\x7f\0\0\0\x10\0\0\0\0"s), reason::timeout);    // 64 GiB announced
  add(opens_and_says(server_frame(0x88, "\x03\xf3"s)), reason::refused);  // closes instead of a pong
  add(opens_and_says(flood, true), reason::timeout);
  add(speaks_tls(certificate), reason::tls, "wss");
  add(silent, reason::timeout, "wss");
  return out;
}

}  // namespace

TEST_CASE("websocket leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io));
  }
  CHECK(open_descriptors() == descriptors);
}
