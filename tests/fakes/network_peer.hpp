// Scripted servers on loopback that misbehave, and one run of a network check against them.
#pragma once

#include <functional>
#include <memory>
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
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "fakes/time_limits.hpp"

namespace telltale::fakes {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

/// Handles one connection of a server.
using script = std::function<asio::awaitable<void>(tcp::socket)>;
using options = std::vector<std::pair<std::string, raw_value>>;

inline raw_value text(std::string value) { return raw_value::scalar(std::move(value)); }
inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
raw_value map_of(options members);

/// Returns the given addresses or the given failure.
class fixed_resolver final : public name_resolver {
 public:
  resolution answer;
  asio::awaitable<resolution> resolve(std::string, std::uint16_t, std::chrono::steady_clock::time_point) override;
};

template <class Stream>
asio::awaitable<std::string> read_request(Stream& socket) {
  std::string bytes;
  auto buffer = asio::dynamic_buffer(bytes);
  co_await asio::async_read_until(socket, buffer, "\r\n\r\n", quiet);
  co_return bytes;
}

/// Sends the bytes. When the client has gone, the socket is closed: Asio would never end a later write to it.
template <class Stream>
asio::awaitable<void> say(Stream& socket, std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
  if (error) socket.lowest_layer().close(error);
}

/// Waits until the client has disconnected.
template <class Stream>
asio::awaitable<void> until_closed(Stream& socket) {
  std::string bytes(4096, '\0');
  const auto buffer = asio::buffer(bytes);
  for (;;) {
    auto [error, count] = co_await socket.async_read_some(buffer, quiet);
    if (error) co_return;
  }
}

// Compiled once, in network_peer.cpp.
extern template asio::awaitable<std::string> read_request(tcp::socket&);
extern template asio::awaitable<void> say(tcp::socket&, std::string);
extern template asio::awaitable<void> until_closed(tcp::socket&);

/// Accepts, and never answers.
asio::awaitable<void> silent(tcp::socket);

/// One address on 127.0.0.1 whose connections are handled by a script.
class peer {
 public:
  peer(asio::io_context&, script behaviour);
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  void stop() { acceptor_.close(); }
  int finished() const { return finished_; }
  /// Accepted connections whose client has not disconnected.
  int open() const { return accepted_ - finished_; }

 private:
  asio::awaitable<void> accept();

  script behaviour_;
  tcp::acceptor acceptor_;
  int accepted_ = 0;
  int finished_ = 0;
};

std::shared_ptr<async_check> make_check(const check_type&, options chosen);

std::size_t open_descriptors();

/// Runs the check once and returns when `io` has no work left: a probe that outlives its deadline or leaves an
/// operation pending makes this fail. `peers` are stopped when the probe has returned.
outcome probe_once(asio::io_context& io, const std::shared_ptr<async_check>&, name_resolver&,
                   std::chrono::milliseconds timeout, std::vector<peer*> peers, blocking_part* part = nullptr);

/// Runs the check once against one server with this behaviour, which it reaches at any host name. Nothing of the check
/// and the run is left, and the message begins with the target, `shown`.
outcome probe_peer(const script& behaviour, std::shared_ptr<async_check>, std::chrono::milliseconds timeout,
                   const std::string& shown);

/// Starts the check and cancels it after `steps` handlers of the loop, as the scheduler does with a probe that overruns
/// its deadline. Returns false when it had ended before. The cancelled probe must end, with no operation left behind.
bool cancel_after(int steps, asio::io_context& io, const std::shared_ptr<async_check>&, name_resolver&,
                  std::vector<peer*> peers);

}  // namespace telltale::fakes
