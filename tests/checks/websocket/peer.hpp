// Scripted WebSocket servers on loopback, written to misbehave, and one run of the check against them.
#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "websocket/request.hpp"

namespace telltale::checks {
check_type websocket();
}

namespace telltale::fakes {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

/// What a server does with one connection. Kept by the caller for as long as the test runs.
using script = std::function<asio::awaitable<void>(tcp::socket)>;
using options = std::vector<std::pair<std::string, raw_value>>;

inline raw_value text(std::string value) { return raw_value::scalar(std::move(value)); }
inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

inline raw_value map_of(options members) {
  std::vector<raw_member> out;
  for (auto& [key, value] : members) out.push_back({key, {}, std::move(value)});
  return raw_value::map(std::move(out));
}

/// Answers with the addresses it was given, or fails as it was told.
class fixed_resolver final : public name_resolver {
 public:
  resolution answer;
  asio::awaitable<resolution> resolve(std::string, std::uint16_t, std::chrono::steady_clock::time_point) override {
    co_return answer;
  }
};

template <class Stream>
asio::awaitable<std::string> read_request(Stream& socket) {
  std::string bytes;
  auto buffer = asio::dynamic_buffer(bytes);
  co_await asio::async_read_until(socket, buffer, "\r\n\r\n", quiet);
  co_return bytes;
}

/// The 101 this request has to be answered with, with more header lines.
inline std::string accepting(const std::string& request, const std::string& more = "") {
  const std::string name = "Sec-WebSocket-Key: ";
  const auto from = request.find(name);
  if (from == std::string::npos) throw std::runtime_error("the request has no key: " + request);
  const auto begin = from + name.size();
  const auto key = request.substr(begin, request.find("\r\n", begin) - begin);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         websocket::accept_for(key) + "\r\n" + more + "\r\n";
}

/// Bytes of a short frame as a server sends it.
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

template <class Stream>
asio::awaitable<void> say(Stream& socket, std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  co_await asio::async_write(socket, buffer, quiet);
}

/// Waits until the client has gone.
template <class Stream>
asio::awaitable<void> until_closed(Stream& socket) {
  std::string bytes(4096, '\0');
  const auto buffer = asio::buffer(bytes);
  for (;;) {
    auto [error, count] = co_await socket.async_read_some(buffer, quiet);
    if (error) co_return;
  }
}

/// A server that keeps to the rules: echoes messages, answers pings and the close.
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

/// Opens with these header lines besides, then keeps to the rules.
inline script opens_with(std::string more_headers) {
  return [more_headers](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request, more_headers);
    co_await say(socket, std::move(reply));
    co_await behave(socket);
  };
}

inline const script healthy = opens_with("");

/// One address on 127.0.0.1 whose connections are handled by a script.
class peer {
 public:
  peer(asio::io_context& io, const script& behaviour) : acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io, accept(behaviour), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  void stop() { acceptor_.close(); }
  int finished() const { return finished_; }
  /// Connections that were accepted and whose client has not gone yet.
  int open() const { return accepted_ - finished_; }

 private:
  asio::awaitable<void> accept(const script& behaviour) {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(quiet);
      if (error) co_return;
      ++accepted_;
      asio::co_spawn(acceptor_.get_executor(), behaviour(std::move(socket)), [this](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
        ++finished_;
      });
    }
  }

  tcp::acceptor acceptor_;
  int accepted_ = 0;
  int finished_ = 0;
};

inline std::shared_ptr<async_check> make_check(options chosen) {
  const auto type = checks::websocket();
  const auto raw = map_of(std::move(chosen));
  problems found;
  type.validate(raw, found, {});
  for (const auto& p : found.list()) FAIL("unexpected problem: ", p.message);
  return type.make_async(raw);
}

/// Runs the check once and returns when nothing at all is left to run in `io`: a probe that leaves an operation behind
/// makes this fail. `peers` are stopped when the probe has returned.
inline outcome probe_once(asio::io_context& io, const std::shared_ptr<async_check>& check, name_resolver& names,
                          std::chrono::milliseconds timeout, std::vector<peer*> peers) {
  outcome out;
  bool done = false;
  const auto begin = std::chrono::steady_clock::now();
  const async_context ctx{io.get_executor(), begin + timeout, &names};
  asio::co_spawn(io, check->probe(ctx), [&](std::exception_ptr e, outcome result) {
    for (auto* p : peers) p->stop();
    if (e) std::rethrow_exception(e);
    out = std::move(result);
    done = true;
    CHECK(std::chrono::steady_clock::now() <= ctx.deadline + 500ms);  // a busy machine is late, too
  });
  io.restart();
  io.run_for(timeout + 5s);
  CHECK(done);
  CHECK(io.stopped());
  return out;
}

/// The check with these options, besides its URL, against this behaviour.
inline outcome probe_against(const script& behaviour, options chosen = {}, std::chrono::milliseconds timeout = 2s,
                             std::string scheme = "ws") {
  asio::io_context io;
  peer server(io, behaviour);
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  const auto port = std::to_string(server.endpoint().port());
  chosen.emplace_back("url", raw_value::scalar(scheme + "://server.test:" + port + "/ws?token=hidden"));
  const auto check = make_check(std::move(chosen));
  auto out = probe_once(io, check, names, timeout, {&server});
  CHECK(server.finished() == 1);
  CHECK(out.message.find("hidden") == std::string::npos);
  return out;
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

}  // namespace telltale::fakes
