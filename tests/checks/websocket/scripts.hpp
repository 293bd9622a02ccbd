// Behaviours of scripted WebSocket servers for several tests: respond, open and send, close.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "checks/websocket/peer.hpp"

namespace telltale::fakes {

/// Responds `bytes` to the request; then disconnects, or waits until the client does.
inline script answers(std::string bytes, bool hang_up = false) {
  return [bytes, hang_up](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await say(socket, bytes);
    if (!hang_up) co_await until_closed(socket);
  };
}

/// Responds with this status line, more header lines and the start of a body that does not end.
inline script status(const std::string& line, const std::string& headers = "") {
  return answers("HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: 1000000\r\n\r\npartial body");
}

/// Opens the WebSocket, sends `bytes` in any case, and reads until the client disconnects.
inline script opens_and_sends(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request) + bytes;
    co_await say(socket, std::move(reply));
    co_await until_closed(socket);
  };
}

/// Sends `bytes` without reading and waits until the client disconnects. For responses to a TLS handshake.
inline script sends_at_once(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}

/// Sends the bytes one by one until the client disconnects: findings must not depend on how bytes arrive.
inline asio::awaitable<void> send_bytewise(tcp::socket& socket, std::string bytes) {
  asio::steady_timer pause(socket.get_executor());
  for (const char c : bytes) {
    const auto buffer = asio::buffer(&c, 1);
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) co_return;
    pause.expires_after(1ms);
    co_await pause.async_wait(quiet);
  }
  co_await until_closed(socket);
}

/// A server's close frame with a code and its reason.
inline std::string close_frame(int code, const std::string& why = "") {
  return server_frame(0x88, std::string(1, static_cast<char>(code >> 8)) + static_cast<char>(code) + why);
}

}  // namespace telltale::fakes
