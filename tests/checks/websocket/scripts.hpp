// What scripted WebSocket servers do in more than one test: answer, open and talk, close.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "checks/websocket/peer.hpp"

namespace telltale::fakes {

/// Says `bytes` to the request; then hangs up, or waits for the client to.
inline script answers(std::string bytes, bool hang_up = false) {
  return [bytes, hang_up](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await say(socket, bytes);
    if (!hang_up) co_await until_closed(socket);
  };
}

/// Answers with this status line, more header lines and the front of a body that does not end.
inline script status(const std::string& line, const std::string& headers = "") {
  return answers("HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: 1000000\r\n\r\npartial body");
}

/// Opens the WebSocket, says `bytes` whatever it hears, and reads on until the client has gone.
inline script opens_and_says(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request) + bytes;
    co_await say(socket, std::move(reply));
    co_await until_closed(socket);
  };
}

/// Does not read; says `bytes` and waits for the client to go. For what a server says during a TLS handshake.
inline script says_at_once(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}

/// Says the bytes one by one, until there is nobody to hear them: a finding must not depend on how they arrive.
inline asio::awaitable<void> say_bytewise(tcp::socket& socket, std::string bytes) {
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

/// A close frame of a server, with a code and its reason.
inline std::string close_frame(int code, const std::string& why = "") {
  return server_frame(0x88, std::string(1, static_cast<char>(code >> 8)) + static_cast<char>(code) + why);
}

}  // namespace telltale::fakes
