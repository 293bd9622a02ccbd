// Streams over TCP and TLS: what arrives, how they end, and that they end at their deadline.
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fakes/certificates.hpp"
#include "net/asio_stream.hpp"
#include "talk.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

namespace ssl = boost::asio::ssl;
using clock_type = std::chrono::steady_clock;

/// Reads to the end and then says how much it was.
template <class Stream>
asio::awaitable<void> counts(Stream& stream) {
  std::string bytes;
  auto buffer = asio::dynamic_buffer(bytes);
  co_await asio::async_read(stream, buffer, quiet);
  auto answer = std::to_string(bytes.size());
  co_await say(stream, std::move(answer));
}

asio::awaitable<void> counts_plain(tcp::socket socket) { co_await counts(socket); }
asio::awaitable<void> silent(tcp::socket socket) { co_await until_closed(socket); }
asio::awaitable<void> never_closes(tcp::socket socket) {
  co_await until_closed(socket);
  asio::steady_timer pause(socket.get_executor(), 1s);
  co_await pause.async_wait(quiet);
}
asio::awaitable<void> never_reads(tcp::socket socket) {
  asio::steady_timer pause(socket.get_executor(), 1s);
  co_await pause.async_wait(quiet);
}
asio::awaitable<void> floods(tcp::socket socket) {
  const std::string bytes(100'000, 'x');
  for (;;) {
    const auto buffer = asio::buffer(bytes);
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) co_return;
  }
}
/// Says why it does not want to talk, and resets the connection.
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

TEST_CASE("stream: after the sending side is shut down the answer can still be read") {
  CHECK(talk_with(counts_plain, half_close).out.verdict == verdict::pass);
}

TEST_CASE("stream: the same over TLS") {
  const auto result = talk_with(over_tls(server_context(make_identity({}))), half_close, insecure_client());
  CAPTURE(result.out.message);
  CHECK(result.out.verdict == verdict::pass);
  CHECK(result.out.measured("tls_seconds"));
  CHECK(*result.out.measured("certificate_expiry_seconds") == doctest::Approx(30 * 86400).epsilon(0.001));
}

TEST_CASE("stream: after the end every read ends at once, and so does a polite end") {
  const auto begin = clock_type::now();
  const auto talk = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    net::error_code error;
    co_await line.shutdown_send();
    co_await read_all(line, error);
    co_await read_all(line, error);
    CHECK(error == asio::error::eof);
    co_await line.close(60s);
  };
  talk_with(counts_plain, talk, {}, 60s);
  CHECK(clock_type::now() - begin < 30s);
}

TEST_CASE("stream: a read may be under way while something is written") {
  const auto talk = [](net::run&, net::stream& line) -> asio::awaitable<void> {
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
  talk_with(counts_plain, talk);
  talk_with(over_tls(server_context(make_identity({}))), talk, insecure_client());
}

TEST_CASE("stream: at the deadline the step fails with timed_out, and so does every later one") {
  const auto silence = [](net::run& now, net::stream& line) -> asio::awaitable<void> {
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
  talk_with(silent, silence, {}, 200ms);
}

TEST_CASE("stream: a peer that never stops sending, or never reads, is left at the deadline") {
  const auto read = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    net::error_code error;
    const auto all = co_await read_all(line, error);
    CHECK_FALSE(all.empty());
    CHECK(error == asio::error::timed_out);
  };
  talk_with(floods, read, {}, 200ms);
  const auto write = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    const std::string bytes(50'000'000, 'x');
    const auto error = co_await line.write(bytes);
    CHECK(error == asio::error::timed_out);
  };
  talk_with(never_reads, write, {}, 200ms);
}

TEST_CASE("stream: a deadline can be brought forward, not put off") {
  const auto begin = clock_type::now();
  const auto talk = [](net::run& now, net::stream& line) -> asio::awaitable<void> {
    line.expire_by(now.until + 1h);
    line.expire_by(clock_type::now() + 50ms);
    line.expire_by(clock_type::now() + 1h);
    net::error_code error;
    co_await read_all(line, error);
    CHECK(error == asio::error::timed_out);
  };
  talk_with(silent, talk, {}, 60s);
  CHECK(clock_type::now() - begin < 30s);
}

TEST_CASE("stream: what a peer says before it resets the connection is read, also after a write failed") {
  const auto talk = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    const std::string bytes(10'000'000, 'x');
    auto error = co_await line.write(bytes);
    CHECK(error);
    CHECK(error != asio::error::timed_out);
    const auto all = co_await read_all(line, error);
    CHECK(all == "-ERR max number of clients reached\r\n");
    CHECK(error);
  };
  talk_with(resets, talk);
}

TEST_CASE("stream: a polite end waits for the peer, but no longer than it is told") {
  const auto begin = clock_type::now();
  const auto talk = [](net::run&, net::stream& line) -> asio::awaitable<void> {
    const auto before = clock_type::now();
    co_await line.close(50ms);
    CHECK(clock_type::now() - before >= 50ms);
    std::array<char, 8> chunk;
    const auto got = co_await line.read_some(chunk);
    CHECK(got.error);
  };
  talk_with(never_closes, talk, {}, 60s);
  CHECK(clock_type::now() - begin < 30s);
}

TEST_CASE("stream: libraries can use it as an asynchronous stream of Asio") {
  const auto talk = [](net::run&, net::stream& line) -> asio::awaitable<void> {
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
  talk_with(counts_plain, talk);
}
