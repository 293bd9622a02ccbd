// Probes misbehaving peers ten thousand times: each probe ends in time with its reason and leaves no connection.
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/websocket/peer.hpp"
#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

namespace ssl = boost::asio::ssl;
using socket_task = asio::awaitable<void>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int probes = 1'000;
constexpr auto time_limit = 1s;
#else
constexpr int probes = 10'000;
constexpr auto time_limit = 300ms;
#endif
constexpr int at_once = 60;
constexpr auto late = 2s;  // tolerance for a busy machine

socket_task silent(tcp::socket socket) { co_await until_closed(socket); }
socket_task hangs_up(tcp::socket socket) { co_await read_request(socket); }

script answers(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    co_await read_request(socket);
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}

/// Opens the WebSocket, sends `bytes` (with `again` repeatedly until the client disconnects), and continues to read.
script opens_and_sends(std::string bytes, bool again = false) {
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

/// One server behaviour, and the check that probes it.
struct kind {
  kind(asio::io_context& io, script behaviour, reason expected, const std::string& scheme = "ws")
      : does(std::move(behaviour)), server(io, does), why(expected) {
    names.answer.endpoints = {server.endpoint()};
    check = make_check({{"url", raw_value::scalar(scheme + "://server.test:81/ws")}});
  }
  script does;
  peer server;
  reason why;
  fixed_resolver names;
  std::shared_ptr<async_check> check;
  int wrong = 0;
  int out_of_time = 0;  ///< on a busy machine, before the peer has sent everything
  std::string words;
};

using kinds = std::vector<std::unique_ptr<kind>>;

kinds all_kinds(asio::io_context& io) {
  const std::string flood = [] {
    std::string out;
    for (int i = 0; i < 500; ++i) out += server_frame(0x82, std::string(100, 'x'));
    return out;
  }();
  const auto certificate = server_context(make_identity({}));
  kinds out;
  const auto add = [&](script does, reason why, const char* scheme = "ws") {
    out.push_back(std::make_unique<kind>(io, std::move(does), why, scheme));
  };
  add(behaves, reason::ok);
  add(silent, reason::timeout);
  add(hangs_up, reason::refused);
  add(answers("HTTP/1.1 401 No\r\n\r\n"), reason::auth);
  add(answers("HTTP/1.1 101 X\r\nA: " + std::string(9000, 'a')), reason::protocol);
  add(answers("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: A\r\n\r\n"),
      reason::protocol);
  add(opens_and_sends("xx"), reason::protocol);                            // reserved bits
  add(opens_and_sends(server_frame(0x81, "hello")), reason::timeout);      // never a pong
  add(opens_and_sends("\x82\x7f\0\0\0\x10\0\0\0\0"s), reason::timeout);    // 64 GiB announced
  add(opens_and_sends(server_frame(0x88, "\x03\xf3"s)), reason::refused);  // closes instead of a pong
  add(opens_and_sends(flood, true), reason::timeout);
  add(speaks_tls(certificate), reason::tls, "wss");
  add(silent, reason::timeout, "wss");
  return out;
}

struct totals {
  int done = 0;
  int late = 0;
};

socket_task keep_probing(asio::io_context& io, const kinds& all, totals& total, int count, std::size_t first) {
  for (int i = 0; i < count; ++i) {
    auto& k = *all[(first + static_cast<std::size_t>(i)) % all.size()];
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    const async_context ctx{io.get_executor(), deadline, &k.names};
    const auto out = co_await k.check->probe(ctx);
    total.late += std::chrono::steady_clock::now() > deadline + late;
    ++total.done;
    if (out.reason == k.why) continue;
    ++(out.reason == reason::timeout ? k.out_of_time : k.wrong);
    k.words = out.message;
  }
}

}  // namespace

TEST_CASE("websocket leaks: after ten thousand probes no connection and no descriptor is open") {
  const auto descriptors = open_descriptors();
  const auto began = std::chrono::steady_clock::now();
  {
    asio::io_context io;
    const auto all = all_kinds(io);
    totals total;
    int running = at_once;
    for (int i = 0; i < at_once; ++i) {
      const int count = probes / at_once + (i < probes % at_once ? 1 : 0);
      asio::co_spawn(io, keep_probing(io, all, total, count, static_cast<std::size_t>(i)), [&](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
        if (--running > 0) return;
        for (const auto& each : all) each->server.stop();
      });
    }
    io.run_for(180s);
    CHECK(io.stopped());
    CHECK(total.done == probes);
    CHECK(total.late == 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CAPTURE(all[i]->words);
      CHECK(all[i]->server.open() == 0);
      CHECK(all[i]->server.finished() >= probes / static_cast<int>(all.size()) - at_once);
      CHECK(all[i]->wrong == 0);
      CHECK(all[i]->out_of_time < all[i]->server.finished());
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    MESSAGE(fmt::format("{} probes of {} kinds of peer, {:.1f} s", total.done, all.size(), took.count()));
  }
  CHECK(open_descriptors() == descriptors);
}
