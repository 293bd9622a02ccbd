// Kept connections: when the next run gets the same one, and when a new one.
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fakes/certificates.hpp"
#include "fakes/network_peer.hpp"
#include "net/kept_connection.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

namespace ssl = boost::asio::ssl;
using net::kept_connection;

struct world {
  explicit world(const script& behaviour) : server(io, behaviour) {
    names.answer.endpoints = {server.endpoint()};
    what.to = {net::endpoint::kind_t::tcp, "server.test", 80, ""};
  }
  net::run new_run() { return {{io.get_executor(), std::chrono::steady_clock::now() + ample, &names}, "it"}; }
  asio::io_context io;
  peer server;
  fixed_resolver names;
  net::target what;
};

using steps = std::function<asio::awaitable<void>(world&)>;

/// Runs until no work is left: a timer or an operation of an idle connection makes this fail.
void in_world(const script& behaviour, const steps& todo) {
  const auto descriptors = open_descriptors();
  {
    world all(behaviour);
    bool done = false;
    asio::co_spawn(all.io, todo(all), [&](std::exception_ptr e) {
      all.server.stop();
      if (e) std::rethrow_exception(e);
      done = true;
    });
    all.io.run_for(ample + slack);
    CHECK(done);
    CHECK(all.io.stopped());
  }
  CHECK(open_descriptors() == descriptors);
}

asio::awaitable<void> until_finished(world& all, int count) {
  while (all.server.finished() < count) co_await asio::post(all.io, asio::use_awaitable);
}

/// Sends back every byte.
template <class Stream>
asio::awaitable<void> echo(Stream& stream) {
  std::array<char, 64> bytes;
  for (;;) {
    const auto buffer = asio::buffer(bytes);
    auto [error, count] = co_await stream.async_read_some(buffer, quiet);
    if (error) co_return;
    std::string heard(bytes.data(), count);
    co_await say(stream, std::move(heard));
  }
}
asio::awaitable<void> echoes(tcp::socket socket) { co_await echo(socket); }
asio::awaitable<void> closes_after_one(tcp::socket socket) {
  std::array<char, 64> bytes;
  const auto buffer = asio::buffer(bytes);
  auto [error, count] = co_await socket.async_read_some(buffer, quiet);
  if (!error) co_await say(socket, "!");
}
/// Answers, and says more when the next byte has not been asked for.
asio::awaitable<void> talks(tcp::socket socket) {
  co_await say(socket, "!more");
  co_await until_closed(socket);
}
script echoes_over_tls() {
  return [context = server_context(make_identity({}))](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (!error) co_await echo(stream);
  };
}

/// Sends a byte and reads one.
asio::awaitable<net::error_code> ask(net::stream& line) {
  std::array<char, 1> answer;
  const auto unsent = co_await line.write("?");
  if (unsent) co_return unsent;
  const auto got = co_await line.read_some(answer);
  co_return got.error;
}

/// A whole run that succeeds; whether it used the connection of an earlier one.
asio::awaitable<bool> use(world& all, kept_connection& kept) {
  auto now = all.new_run();
  auto lent = co_await kept.open(now, all.what);
  REQUIRE(lent.line);
  const auto error = co_await ask(*lent.line);
  CHECK_FALSE(error);
  const bool reused = lent.reused;
  co_await kept.give_back(std::move(lent));
  const auto out = std::move(now).result("");
  CHECK(out.measured("certificate_expiry_seconds").has_value() == all.what.tls.has_value());
  CHECK(out.measured("connect_seconds").has_value() == !reused);
  co_return reused;
}

asio::awaitable<void> pause(world& all, std::chrono::milliseconds time) {
  asio::steady_timer timer(all.io, time);
  co_await timer.async_wait(quiet);
}

}  // namespace

namespace {

struct polite final : net::session_state {
  std::string_view farewell() const override { return "bye"; }
};

/// Reads up to the end of the connection.
script hears(std::string& all) {
  return [&all](tcp::socket socket) -> asio::awaitable<void> {
    auto buffer = asio::dynamic_buffer(all);
    co_await asio::async_read(socket, buffer, quiet);
  };
}

}  // namespace

TEST_CASE("kept connection: what a protocol says at the end is sent before the connection is closed between two runs") {
  for (const auto reconnect : {0ms, 1ms}) {
    std::string heard;
    in_world(hears(heard), [&](world& all) -> asio::awaitable<void> {
      kept_connection kept(reconnect);
      auto first_run = all.new_run();
      auto lent = co_await kept.open(first_run, all.what);
      REQUIRE(lent.line);
      lent.state = std::make_unique<polite>();
      co_await kept.give_back(std::move(lent));
      if (kept.keeps()) {
        asio::steady_timer until_too_old(all.io, 2ms);
        co_await until_too_old.async_wait(asio::use_awaitable);
        auto second_run = all.new_run();
        auto next = co_await kept.open(second_run, all.what);
        CHECK_FALSE(next.reused);
      }
      const int connections = kept.keeps() ? 2 : 1;
      co_await until_finished(all, connections);
    });
    CHECK(heard == "bye");
  }
}

TEST_CASE("kept connection: the next run has the same one, with a deadline of its own") {
  in_world(echoes, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(1h);
    auto now = all.new_run();
    auto lent = co_await kept.open(now, all.what);
    REQUIRE(lent.line);
    lent.line->set_deadline(std::chrono::steady_clock::now() + 20ms);
    co_await kept.give_back(std::move(lent));
    co_await pause(all, 40ms);
    CHECK(co_await use(all, kept));
    CHECK(co_await use(all, kept));
    CHECK(all.server.open() == 1);
  });
}

TEST_CASE("kept connection: TLS is kept too, without another handshake") {
  in_world(echoes_over_tls(), [](world& all) -> asio::awaitable<void> {
    net::tls_options options;
    options.insecure = true;
    all.what.tls = net::make_tls_client(options, "server.test");
    kept_connection kept(1h);
    CHECK_FALSE(co_await use(all, kept));
    CHECK(co_await use(all, kept));
    CHECK(all.server.open() == 1);
  });
}

TEST_CASE("kept connection: an old one is replaced, and none is kept with the age 0") {
  in_world(echoes, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(20ms);
    CHECK_FALSE(co_await use(all, kept));
    co_await pause(all, 25ms);
    CHECK_FALSE(co_await use(all, kept));
    co_await until_finished(all, 1);
    kept_connection none(0ms);
    CHECK_FALSE(co_await use(all, none));
    CHECK_FALSE(co_await use(all, none));
    CHECK(all.server.finished() == 3);
  });
}

TEST_CASE("kept connection: one that the server has closed meanwhile is replaced") {
  in_world(closes_after_one, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(1h);
    CHECK_FALSE(co_await use(all, kept));
    co_await until_finished(all, 1);
    CHECK_FALSE(co_await use(all, kept));
  });
}

TEST_CASE("kept connection: data that was not requested ends it, unless the protocol has such data") {
  in_world(talks, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(1h);
    CHECK_FALSE(co_await use(all, kept));
    CHECK_FALSE(co_await use(all, kept));
    kept_connection tolerant(1h, kept_connection::idle_input::allowed);
    CHECK_FALSE(co_await use(all, tolerant));
    CHECK(co_await use(all, tolerant));
  });
}

TEST_CASE("kept connection: one that is not given back is closed") {
  in_world(echoes, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(1h);
    {
      auto now = all.new_run();
      const auto lent = co_await kept.open(now, all.what);
      REQUIRE(lent.line);
    }
    CHECK_FALSE(co_await use(all, kept));
    CHECK(co_await use(all, kept));
    co_await until_finished(all, 1);
  });
}

TEST_CASE("kept connection: one whose deadline has passed is not used again") {
  in_world(echoes, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(1h);
    auto now = all.new_run();
    auto lent = co_await kept.open(now, all.what);
    REQUIRE(lent.line);
    lent.line->set_deadline(std::chrono::steady_clock::now());
    co_await pause(all, 10ms);
    lent.line->set_deadline(std::chrono::steady_clock::now() + 1h);
    const auto error = co_await ask(*lent.line);
    CHECK(error == asio::error::timed_out);
    CHECK(lent.line->peek() == net::idle_state::closed);
    co_await kept.give_back(std::move(lent));
    CHECK_FALSE(co_await use(all, kept));
  });
}

TEST_CASE("kept connection: the protocol's state stays with its connection") {
  struct counter final : net::session_state {
    int runs = 1;
  };
  in_world(echoes, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(1h);
    auto first = all.new_run();
    auto lent = co_await kept.open(first, all.what);
    REQUIRE(lent.line);
    CHECK_FALSE(lent.state);
    lent.state = std::make_unique<counter>();
    co_await kept.give_back(std::move(lent));
    auto second = all.new_run();
    auto again = co_await kept.open(second, all.what);
    REQUIRE(again.state);
    CHECK(static_cast<counter&>(*again.state).runs == 1);
  });
}

TEST_CASE("kept connection: a failed dial says why, and what was kept before is gone") {
  in_world(echoes, [](world& all) -> asio::awaitable<void> {
    kept_connection kept(10ms);
    CHECK_FALSE(co_await use(all, kept));
    co_await pause(all, 15ms);
    all.names.answer = {{}, "server.test does not resolve", false, false};
    auto now = all.new_run();
    const auto lent = co_await kept.open(now, all.what);
    CHECK_FALSE(lent.line);
    CHECK(lent.failed.reason == reason::dns);
    CHECK(lent.where == net::phase::resolve);
    co_await until_finished(all, 1);
  });
}
