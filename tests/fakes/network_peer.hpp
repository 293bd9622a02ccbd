// Scripted servers on loopback that misbehave, and one run of a network check against them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

namespace telltale::fakes {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

/// Handles one connection of a server.
using script = std::function<asio::awaitable<void>(tcp::socket)>;
using options = std::vector<std::pair<std::string, raw_value>>;

inline raw_value text(std::string value) { return raw_value::scalar(std::move(value)); }
inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

inline raw_value map_of(options members) {
  std::vector<raw_member> out;
  for (auto& [key, value] : members) out.push_back({key, {}, std::move(value)});
  return raw_value::map(std::move(out));
}

/// Returns the given addresses or the given failure.
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

template <class Stream>
asio::awaitable<void> say(Stream& socket, std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  co_await asio::async_write(socket, buffer, quiet);
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

/// Accepts, and never answers.
inline asio::awaitable<void> silent(tcp::socket socket) { co_await until_closed(socket); }

/// One address on 127.0.0.1 whose connections are handled by a script.
class peer {
 public:
  peer(asio::io_context& io, script behaviour)
      : behaviour_(std::move(behaviour)), acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io, accept(), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  void stop() { acceptor_.close(); }
  int finished() const { return finished_; }
  /// Accepted connections whose client has not disconnected.
  int open() const { return accepted_ - finished_; }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(quiet);
      if (error) co_return;
      ++accepted_;
      asio::co_spawn(acceptor_.get_executor(), behaviour_(std::move(socket)), [this](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
        ++finished_;
      });
    }
  }

  script behaviour_;
  tcp::acceptor acceptor_;
  int accepted_ = 0;
  int finished_ = 0;
};

inline std::shared_ptr<async_check> make_check(const check_type& type, options chosen) {
  const auto raw = map_of(std::move(chosen));
  problems found;
  type.validate(raw, found, {});
  for (const auto& p : found.list()) FAIL("unexpected problem: ", p.message);
  return type.make_async(raw);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

/// Runs the check once and returns when `io` has no work left: a probe that leaves an operation pending makes this
/// fail. `peers` are stopped when the probe has returned.
inline outcome probe_once(asio::io_context& io, const std::shared_ptr<async_check>& check, name_resolver& names,
                          std::chrono::milliseconds timeout, std::vector<peer*> peers, blocking_part* part = nullptr) {
  outcome out;
  bool done = false;
  const auto begin = std::chrono::steady_clock::now();
  const async_context ctx{io.get_executor(), begin + timeout, &names, part};
  asio::co_spawn(io, check->probe(ctx), [&](std::exception_ptr e, outcome result) {
    for (auto* p : peers) p->stop();
    if (e) std::rethrow_exception(e);
    out = std::move(result);
    done = true;
    CHECK(std::chrono::steady_clock::now() <= ctx.deadline + 500ms);  // tolerance for a busy machine
  });
  io.restart();
  io.run_for(timeout + 5s);
  CHECK(done);
  CHECK(io.stopped());
  return out;
}

/// Runs the check once against one server with this behaviour, which it reaches at any host name. Nothing of the check
/// and the run is left, and the message begins with the target, `shown`.
inline outcome probe_peer(const script& behaviour, std::shared_ptr<async_check> check,
                          std::chrono::milliseconds timeout, const std::string& shown) {
  const auto descriptors = open_descriptors();
  outcome out;
  {
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    out = probe_once(io, check, names, timeout, {&server});
    CHECK(server.finished() == 1);
    check.reset();
  }
  CHECK(open_descriptors() == descriptors);
  CHECK(out.message.starts_with(shown + ": "));
  return out;
}

/// Starts the check and cancels it after `steps` handlers of the loop, as the scheduler does with a probe that overruns
/// its deadline. Returns false when it had ended before. The cancelled probe must end, with no operation left behind.
inline bool cancel_after(int steps, asio::io_context& io, const std::shared_ptr<async_check>& check,
                         name_resolver& names, std::vector<peer*> peers) {
  bool done = false;
  asio::cancellation_signal cancel;
  auto ended = asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, outcome) {
    for (auto* p : peers) p->stop();
    done = true;
  });
  const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 3s, &names};
  asio::co_spawn(io, check->probe(ctx), std::move(ended));
  for (int i = 0; i < steps && !done; ++i) io.run_one_for(100ms);
  const bool under_way = !done;
  if (under_way) cancel.emit(asio::cancellation_type::terminal);
  io.run_for(8s);
  CHECK(done);
  CHECK(io.stopped());
  return under_way;
}

}  // namespace telltale::fakes
