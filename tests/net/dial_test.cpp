// Tests dialling: addresses, their time limits, families, Unix and UDP sockets, and failures per phase.
#include <sys/un.h>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fakes/temp_folder.hpp"
#include "session.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

using local = asio::local::stream_protocol;

net::target named(net::ip_version ip = net::ip_version::any) {
  return {{net::endpoint::kind_t::tcp, "server.test", 80, ""}, ip, {}};
}
net::target unix_socket(const std::string& path) {
  return {{net::endpoint::kind_t::unix_socket, "", 0, path}, net::ip_version::any, {}};
}

tcp::endpoint unused_port(asio::io_context& io) {
  tcp::acceptor unused(io, {asio::ip::address_v4::loopback(), 0});
  return unused.local_endpoint();
}

/// A listener with a full backlog, which drops further SYNs.
struct black_hole {
  explicit black_hole(asio::io_context& io) : full(io), first(io) {
    full.open(tcp::v4());
    full.bind({asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    first.connect(full.local_endpoint());
  }
  tcp::acceptor full;
  tcp::socket first;
};

asio::awaitable<void> read_hello(net::run&, net::stream& line) {
  std::array<char, 16> chunk;
  auto error = co_await line.write("hello");
  CHECK_FALSE(error);
  const auto got = co_await line.read_some(chunk);
  CHECK(std::string(chunk.data(), got.bytes) == "hello");
}

/// Answers the first bytes of one client with the same bytes.
template <class Socket>
asio::awaitable<void> echo_once(Socket& socket) {
  std::array<char, 16> chunk;
  const auto all = asio::buffer(chunk);
  auto [error, count] = co_await socket.async_read_some(all, quiet);
  const auto some = asio::buffer(chunk, count);
  co_await asio::async_write(socket, some, quiet);
}

}  // namespace

TEST_CASE("dial: a port without a listener refuses the connection") {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {unused_port(io)};
  const auto result = run_session(io, names, named(), {});
  CHECK(result.where == net::phase::connect);
  CHECK(result.failed.reason == reason::refused);
  CHECK(contains(result.failed.sentence, "refused the connection: nothing listens there, or a firewall"));
  CHECK(result.out.measured("resolve_seconds"));
  CHECK_FALSE(result.out.measured("connect_seconds"));
}

TEST_CASE("dial: every address is tried for its share of the time, including the last") {
  asio::io_context io;
  const black_hole hole(io);
  const auto silence = hole.full.local_endpoint();
  fixed_resolver names;
  double first_share = 0;
  const auto dial_both = [&](std::chrono::milliseconds limit) {
    peer server(io, silent);
    names.answer.endpoints = {silence, server.endpoint()};
    first_share = std::chrono::duration<double>(limit).count() * 0.4;
    return run_session(io, names, named(), {&server}, limit);
  };
  const auto dial_in = [&](std::chrono::milliseconds limit) { return run_session(io, names, named(), {}, limit); };
  const auto passed_late = [&](const session_result& got) {
    return got.out.verdict == verdict::pass && got.out.measured("connect_seconds") >= first_share;
  };
  auto result = with_enough_time(dial_both, passed_late);
  CAPTURE(result.out.message);
  CHECK(passed_late(result));

  names.answer.endpoints = {silence, silence};
  const auto tried_both = [](const auto& got) { return contains(got.failed.sentence, " (2 addresses tried)"); };
  result = with_enough_time(dial_in, tried_both);
  CHECK(result.failed.reason == reason::timeout);
  CHECK(tried_both(result));

  names.answer.endpoints = {silence, unused_port(io)};
  result = with_enough_time(dial_in, [](const auto& got) { return got.failed.reason != reason::timeout; });
  CHECK(result.failed.reason == reason::refused);

  names.answer.endpoints = std::vector(50, unused_port(io));
  CHECK(contains(run_session(io, names, named(), {}).failed.sentence, "(8 addresses tried)"));
}

TEST_CASE("dial: a connection that is established only after a wait is used") {
  asio::io_context io;
  black_hole hole(io);
  fixed_resolver names;
  names.answer.endpoints = {hole.full.local_endpoint()};
  asio::steady_timer later(io, 50ms);  // the kernel repeats the dropped SYN after a second
  later.async_wait([&](const boost::system::error_code&) { hole.full.accept(); });
  const auto result = run_session(io, names, named(), {});
  CAPTURE(result.failed.sentence);
  CHECK(result.out.verdict == verdict::pass);
  CHECK(*result.out.measured("connect_seconds") >= 0.05);
}

TEST_CASE("dial: a connection that was established late is not closed at the end of its address's share") {
  asio::io_context io;
  fixed_resolver names;
  bool read = false;
  const auto read_to_the_end = [&](net::run& now, net::stream& line) -> asio::awaitable<void> {
    std::array<char, 16> chunk;
    const auto got = co_await line.read_some(chunk);
    CHECK(got.error == asio::error::timed_out);
    CHECK(std::chrono::steady_clock::now() >= now.until);
    read = true;
  };
  const auto dial_both = [&](std::chrono::milliseconds limit) {
    peer server(io, silent);
    names.answer.endpoints = {server.endpoint(), unused_port(io)};
    return run_session(io, names, named(), {&server}, limit, read_to_the_end);
  };
  with_enough_time(dial_both, [&](const auto&) { return read; });
  CHECK(read);
}

TEST_CASE("dial: a name that does not resolve and a resolver that does not answer are distinguished") {
  asio::io_context io;
  fixed_resolver names;
  names.answer.error = "server.test does not resolve: Name or service not known";
  auto result = run_session(io, names, named(), {});
  CHECK(result.where == net::phase::resolve);
  CHECK(result.failed.reason == reason::dns);
  CHECK(contains(result.failed.sentence, "Name or service not known"));
  names.answer.timed_out = true;
  CHECK(run_session(io, names, named(), {}).failed.reason == reason::timeout);
}

TEST_CASE("dial: the use of the last known good address is reported") {
  asio::io_context io;
  peer server(io, silent);
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  names.answer.remembered = true;
  const auto result = run_session(io, names, named(), {&server});
  CHECK(result.out.verdict == verdict::pass);
  CHECK(contains(result.out.message, "last known address"));
}

TEST_CASE("dial: ip selects the address family") {
  asio::io_context io;
  peer server(io, silent);
  fixed_resolver names;
  names.answer.endpoints = {{asio::ip::address_v6::loopback(), server.endpoint().port()}, server.endpoint()};
  auto result = run_session(io, names, named(net::ip_version::v4), {&server});
  CHECK(result.out.verdict == verdict::pass);
  names.answer.endpoints.erase(names.answer.endpoints.begin());
  result = run_session(io, names, named(net::ip_version::v6), {});
  CHECK(result.where == net::phase::resolve);
  CHECK(result.failed == finding{verdict::fail, reason::dns, "server.test has no IPv6 address"});
}

TEST_CASE("dial: a Unix socket can be connected") {
  asio::io_context io;
  const temp_folder folder;
  const auto path = folder / "app.sock";
  fixed_resolver names;
  auto result = run_session(io, names, unix_socket(path), {});
  CHECK(result.failed == finding{verdict::fail, reason::missing, "unix:" + path + " does not exist"});

  local::acceptor acceptor(io, path);
  acceptor.async_accept([](net::error_code, local::socket socket) {
    asio::co_spawn(
        socket.get_executor(),
        [](local::socket moved) -> asio::awaitable<void> { co_await echo_once(moved); }(std::move(socket)),
        [](std::exception_ptr) {});
  });
  result = run_session(io, names, unix_socket(path), {}, ample, read_hello);
  CAPTURE(result.out.message);
  CHECK(result.out.verdict == verdict::pass);
  CHECK(result.out.measured("connect_seconds"));
  CHECK_FALSE(result.out.measured("resolve_seconds"));

  acceptor.close();
  result = run_session(io, names, unix_socket(path), {});
  CHECK(result.failed.reason == reason::refused);
  CHECK_FALSE(contains(result.failed.sentence, "firewall"));
}

TEST_CASE("dial: connecting to a Unix socket with a full backlog is retried") {
  asio::io_context io;
  const temp_folder folder;
  const auto path = folder / "app.sock";
  local::acceptor acceptor(io);
  acceptor.open();
  acceptor.bind(path);
  acceptor.listen(0);
  local::socket first(io);
  first.connect(path);
  fixed_resolver names;
  auto result = run_session(io, names, unix_socket(path), {}, 100ms);
  CHECK(result.failed.reason == reason::timeout);
  CHECK(contains(result.failed.sentence, "no connection to unix:" + path + " within 100 ms"));

  asio::steady_timer later(io, 50ms);
  later.async_wait([&](net::error_code) { acceptor.accept(); });
  result = run_session(io, names, unix_socket(path), {}, 5s);
  CHECK(result.out.verdict == verdict::pass);
}

TEST_CASE("dial: a UDP socket preserves datagram boundaries and detects a missing listener") {
  asio::io_context io;
  using asio::ip::udp;
  udp::socket server(io, {asio::ip::address_v4::loopback(), 0});
  fixed_resolver names;
  names.answer.endpoints = {{asio::ip::address_v4::loopback(), server.local_endpoint().port()}};
  const net::target what{{net::endpoint::kind_t::udp, "server.test", 53, ""}, net::ip_version::any, {}};
  udp::endpoint client;
  std::array<char, 16> request;
  server.async_receive_from(asio::buffer(request), client, [&](net::error_code, std::size_t) {
    server.send_to(asio::buffer("one", 3), client);
    server.send_to(asio::buffer("two", 3), client);
  });
  run_session(io, names, what, {}, ample, [](net::run&, net::stream& line) -> asio::awaitable<void> {
    std::array<char, 16> chunk;
    co_await line.write("?");
    for (const auto* expected : {"one", "two"}) {
      const auto got = co_await line.read_some(chunk);
      CHECK(std::string(chunk.data(), got.bytes) == expected);
    }
  });
  server.close();
  run_session(io, names, what, {}, ample, [](net::run&, net::stream& line) -> asio::awaitable<void> {
    std::array<char, 16> chunk;
    co_await line.write("?");
    const auto got = co_await line.read_some(chunk);
    CHECK(got.error == asio::error::connection_refused);
  });
}
