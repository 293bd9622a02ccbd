// Tests streams over TCP and TLS: transferred data, shutdown and deadline.
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fakes/certificates.hpp"
#include "net/asio_stream.hpp"
#include "session.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

namespace ssl = boost::asio::ssl;
using clock_type = std::chrono::steady_clock;

/// Reads to the end and then sends the number of bytes.
template <class Stream>
asio::awaitable<void> counts(Stream& stream) {
  std::string bytes;
  auto buffer = asio::dynamic_buffer(bytes);
  co_await asio::async_read(stream, buffer, quiet);
  auto answer = std::to_string(bytes.size());
  co_await say(stream, std::move(answer));
}

asio::awaitable<void> counts_plain(tcp::socket socket) { co_await counts(socket); }
asio::awaitable<void> never_closes(tcp::socket socket) {
  co_await until_closed(socket);
  asio::steady_timer pause(socket.get_executor(), 1s);
  co_await pause.async_wait(quiet);
}
/// Leaves everything unread until the client has ended, or twice its limit has passed.
script never_reads(const bool& ended, std::chrono::milliseconds limit) {
  return [&ended, limit](tcp::socket socket) -> asio::awaitable<void> {
    const auto end = clock_type::now() + 2 * limit;
    asio::steady_timer pause(socket.get_executor());
    while (!ended && clock_type::now() < end) {
      pause.expires_after(20ms);
      co_await pause.async_wait(quiet);
    }
  };
}
asio::awaitable<void> floods(tcp::socket socket) {
  const std::string bytes(100'000, 'x');
  for (;;) {
    const auto buffer = asio::buffer(bytes);
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) co_return;
  }
}
/// Sends an error text and resets the connection.
asio::awaitable<void> resets(tcp::socket socket) {
  co_await say(socket, "-ERR max number of clients reached\r\n");
  std::string request(1, '\0');
  const auto buffer = asio::buffer(request);
  co_await socket.async_read_some(buffer, quiet);
  socket.set_option(tcp::socket::linger(true, 0));
  socket.close();
}

script over_tls(std::shared_ptr<ssl::context> context) {
  return [context](tcp::socket socket) -> asio::awaitable<void> {
    ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(ssl::stream_base::server, quiet);
    if (error) co_return;
    co_await counts(stream);
    co_await stream.async_shutdown(quiet);
  };
}

net::tls_client insecure_client() {
  net::tls_options options;
  options.insecure = true;
  return net::make_tls_client(options, "server.test");
}

asio::awaitable<void> half_close(net::run&, net::stream& line) {
  const std::string request(1'000'000, 'r');
  auto error = co_await line.write(request);
  CHECK_FALSE(error);
  error = co_await line.shutdown_send();
  CHECK_FALSE(error);
  const auto answer = co_await read_all(line, error);
  CHECK(answer == "1000000");
  CHECK(error == asio::error::eof);
  co_await line.close(250ms);
}

}  // namespace

TEST_CASE("stream: the response can be read after the sending side is shut down") {
  CHECK(session_with(counts_plain, half_close).out.verdict == verdict::pass);
}

TEST_CASE("stream: the response can be read after a shutdown over TLS") {
  const auto result = session_with(over_tls(server_context(make_identity({}))), half_close, insecure_client());
  CAPTURE(result.out.message);
  CHECK(result.out.verdict == verdict::pass);
  CHECK(result.out.measured("tls_seconds"));
  CHECK(*result.out.measured("certificate_expiry_seconds") == doctest::Approx(30 * 86400).epsilon(0.001));
}

TEST_CASE("stream: after the end every read and a graceful close return at once") {
  const auto begin = clock_type::now();
  const auto steps = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    net::error_code error;
    co_await line.shutdown_send();
    co_await read_all(line, error);
    co_await read_all(line, error);
    CHECK(error == asio::error::eof);
    co_await line.close(60s);
  };
  session_with(counts_plain, steps, {}, 60s);
  CHECK(clock_type::now() - begin < 30s);
}

TEST_CASE("stream: a read may be pending during a write") {
  const auto steps = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    net::asio_stream stream(line);
    std::array<char, 8> chunk;
    std::string answer;
    asio::steady_timer answered(line.get_executor(), clock_type::time_point::max());
    stream.async_read_some(asio::buffer(chunk), [&](net::error_code, std::size_t count) {
      answer.assign(chunk.data(), count);
      answered.cancel();
    });
    const std::string request(1'000'000, 'r');
    co_await line.write(request);
    co_await line.shutdown_send();
    co_await answered.async_wait(quiet);
    CHECK(answer == "1000000");
  };
  session_with(counts_plain, steps);
  session_with(over_tls(server_context(make_identity({}))), steps, insecure_client());
}

TEST_CASE("stream: at the deadline the pending call and all later ones fail with timed_out") {
  bool asked = false;
  const auto silence = [&](net::run& now, net::stream& line) -> asio::awaitable<void> {
    asked = true;
    std::array<char, 8> chunk;
    const auto got = co_await line.read_some(chunk);
    CHECK(got.error == asio::error::timed_out);
    CHECK(clock_type::now() >= now.until);
    auto error = co_await line.write("late");
    CHECK(error == asio::error::timed_out);
    error = co_await line.shutdown_send();
    CHECK(error == asio::error::timed_out);
    co_await line.close(250ms);
  };
  with_enough_time([&](auto limit) { return session_with(silent, silence, {}, limit); },
                   [&](const auto&) { return asked; });
  CHECK(asked);
}

TEST_CASE("stream: a peer that never stops sending, or never reads, is disconnected at the deadline") {
  std::size_t received = 0;
  const auto read = [&](net::run&, net::stream& line) -> asio::awaitable<void> {
    net::error_code error;
    const auto all = co_await read_all(line, error);
    received = all.size();
    CHECK(error == asio::error::timed_out);
  };
  with_enough_time([&](auto limit) { return session_with(floods, read, {}, limit); },
                   [&](const auto&) { return received > 0; });
  CHECK(received > 0);
  bool written = false;
  const auto write = [&](net::run&, net::stream& line) -> asio::awaitable<void> {
    const std::string bytes(50'000'000, 'x');
    const auto error = co_await line.write(bytes);
    CHECK(error == asio::error::timed_out);
    written = true;
  };
  with_enough_time([&](auto limit) { return session_with(never_reads(written, limit), write, {}, limit); },
                   [&](const auto&) { return written; });
  CHECK(written);
}

TEST_CASE("stream: a deadline can be moved forward but not back") {
  const auto begin = clock_type::now();
  const auto steps = [](net::run& now, net::stream& line) -> asio::awaitable<void> {
    line.expire_by(now.until + 1h);
    line.expire_by(clock_type::now() + 50ms);
    line.expire_by(clock_type::now() + 1h);
    net::error_code error;
    co_await read_all(line, error);
    CHECK(error == asio::error::timed_out);
  };
  session_with(silent, steps, {}, 60s);
  CHECK(clock_type::now() - begin < 30s);
}

TEST_CASE("stream: data sent before a connection reset can be read, also after a failed write") {
  const auto steps = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    const std::string bytes(10'000'000, 'x');
    auto error = co_await line.write(bytes);
    CHECK(error);
    CHECK(error != asio::error::timed_out);
    const auto all = co_await read_all(line, error);
    CHECK(all == "-ERR max number of clients reached\r\n");
    CHECK(error);
  };
  session_with(resets, steps);
}

TEST_CASE("stream: a graceful close waits for the peer until its time limit") {
  const auto begin = clock_type::now();
  const auto steps = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    const auto before = clock_type::now();
    co_await line.close(50ms);
    CHECK(clock_type::now() - before >= 50ms);
    std::array<char, 8> chunk;
    const auto got = co_await line.read_some(chunk);
    CHECK(got.error);
  };
  session_with(never_closes, steps, {}, 60s);
  CHECK(clock_type::now() - begin < 30s);
}

TEST_CASE("stream: the adapter works as an asynchronous stream of Asio") {
  const auto steps = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    net::asio_stream stream(line);
    const std::array<asio::const_buffer, 2> request{asio::buffer("ab", 2), asio::buffer("cde", 3)};
    auto [error, count] = co_await asio::async_write(stream, request, quiet);
    CHECK_FALSE(error);
    CHECK(count == 5);
    co_await line.shutdown_send();
    std::string answer;
    auto buffer = asio::dynamic_buffer(answer);
    auto [failed, got] = co_await asio::async_read(stream, buffer, quiet);
    CHECK(failed == asio::error::eof);
    CHECK(answer == "5");
  };
  session_with(counts_plain, steps);
}
