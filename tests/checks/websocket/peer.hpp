// Scripted WebSocket servers on loopback that misbehave, and one run of the check against them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/read.hpp>

#include <telltale/check_type.hpp>

#include "fakes/network_peer.hpp"
#include "fakes/websocket_accept.hpp"

namespace telltale::checks {
check_type websocket();
}

namespace telltale::fakes {

/// The 101 response for this request, with additional header lines.
inline std::string accepting(const std::string& request, const std::string& more = "") {
  const std::string name = "Sec-WebSocket-Key: ";
  const auto from = request.find(name);
  if (from == std::string::npos) throw std::runtime_error("the request has no key: " + request);
  const auto begin = from + name.size();
  const auto key = request.substr(begin, request.find("\r\n", begin) - begin);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         accept_for(key) + "\r\n" + more + "\r\n";
}

/// The bytes of a short server frame.
inline std::string server_frame(int first, const std::string& payload) {
  return std::string(1, static_cast<char>(first)) + static_cast<char>(payload.size()) + payload;
}

/// Reads one short client frame: its first byte and its unmasked payload; {0, ""} at the end.
template <class Stream>
asio::awaitable<std::pair<int, std::string>> read_frame(Stream& socket) {
  std::string head(6, '\0');
  const auto head_buffer = asio::buffer(head);
  auto [error, count] = co_await asio::async_read(socket, head_buffer, quiet);
  if (error) co_return std::pair<int, std::string>();
  std::string payload(static_cast<unsigned char>(head[1]) & 0x7f, '\0');
  const auto payload_buffer = asio::buffer(payload);
  auto [failed, got] = co_await asio::async_read(socket, payload_buffer, quiet);
  if (failed) co_return std::pair<int, std::string>();
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ head[2 + i % 4]);
  co_return std::pair<int, std::string>(static_cast<unsigned char>(head[0]), payload);
}

/// A server that follows the protocol: echoes messages, responds to pings and the close.
template <class Stream>
asio::awaitable<void> behave(Stream& socket) {
  for (;;) {
    auto [first, payload] = co_await read_frame(socket);
    const int reply = first == 0x89 ? 0x8a : first;
    if (first == 0) co_return;
    auto bytes = server_frame(reply, payload);
    co_await say(socket, std::move(bytes));
    if (first == 0x88) co_return;
  }
}

/// Opens the WebSocket with these additional header lines, then follows the protocol.
inline script opens_with(std::string more_headers) {
  return [more_headers](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request, more_headers);
    co_await say(socket, std::move(reply));
    co_await behave(socket);
  };
}

inline const script healthy = opens_with("");

inline std::shared_ptr<async_check> make_check(options chosen) {
  return make_check(checks::websocket(), std::move(chosen));
}

/// Runs the check with its URL and these options against this behaviour.
inline outcome probe_against(const script& behaviour, options chosen = {}, std::chrono::milliseconds timeout = ample,
                             std::string scheme = "ws") {
  asio::io_context io;
  peer server(io, behaviour);
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  const auto port = std::to_string(server.endpoint().port());
  chosen.emplace_back("url", raw_value::scalar(scheme + "://server.test:" + port + "/ws?token=hidden"));
  const auto check = make_check(std::move(chosen));
  auto out = probe_once(io, check, names, timeout, {&server});
  CHECK(server.open() == 0);
  CHECK(server.finished() <= 1);  // none when time ran out before
  CHECK(out.message.find("hidden") == std::string::npos);
  return out;
}

}  // namespace telltale::fakes
