// Tests name resolution by the websocket check: no address, several, one without a response, a remembered one.
#include <doctest/doctest.h>
#include <boost/asio/steady_timer.hpp>

#include "checks/websocket/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("websocket: nothing listening is a refused connection") {
  asio::io_context io;
  tcp::acceptor unused(io, {asio::ip::address_v4::loopback(), 0});
  const auto endpoint = unused.local_endpoint();
  unused.close();
  fixed_resolver names;
  names.answer.endpoints = {endpoint};
  const auto check = make_check({{"url", text("ws://server.test:81/")}});
  const auto out = probe_once(io, check, names, ample, {});
  CHECK(out.reason == reason::refused);
  CHECK(contains(out.message, "refused the connection: nothing listens there"));
}

TEST_CASE("websocket: every address is tried, and the last one has its share of the time") {
  asio::io_context io;
  // A full backlog drops further SYNs, like a black hole.
  tcp::acceptor full(io);
  full.open(tcp::v4());
  full.bind({asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  tcp::socket first(io);
  first.connect(full.local_endpoint());

  fixed_resolver names;
  const auto check = make_check({{"url", text("ws://server.test:81/")}});
  double first_share = 0;
  const auto probe_both = [&](std::chrono::milliseconds limit) {
    peer server(io, healthy);
    names.answer.endpoints = {full.local_endpoint(), server.endpoint()};
    first_share = std::chrono::duration<double>(limit).count() * 0.4;
    return probe_once(io, check, names, limit, {&server});
  };
  const auto passed_late = [&](const outcome& out) {
    return out.verdict == verdict::pass && out.measured("connect_seconds") >= first_share;
  };
  const auto out = with_enough_time(probe_both, passed_late);
  CAPTURE(out.message);
  CHECK(passed_late(out));

  names.answer.endpoints = {full.local_endpoint(), full.local_endpoint()};
  const std::string words = " (2 addresses tried)";
  const auto none = probe_until(words, [&](auto limit) { return probe_once(io, check, names, limit, {}); });
  CHECK(none.reason == reason::timeout);
  CHECK(contains(none.message, words));
}

TEST_CASE("websocket: an unknown name and a resolver without a response have different reasons") {
  asio::io_context io;
  fixed_resolver names;
  names.answer.error = "server.test does not resolve: Name or service not known";
  const auto check = make_check({{"url", text("ws://server.test:81/")}});
  auto out = probe_once(io, check, names, ample, {});
  CHECK(out.reason == reason::dns);
  CHECK(contains(out.message, "Name or service not known"));
  names.answer.timed_out = true;
  out = probe_once(io, check, names, ample, {});
  CHECK(out.reason == reason::timeout);
}

TEST_CASE("websocket: the last good address is used, and the message says so") {
  asio::io_context io;
  peer server(io, healthy);
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  names.answer.remembered = true;
  const auto check = make_check({{"url", text("ws://server.test:81/")}});
  const auto out = probe_once(io, check, names, ample, {&server});
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "last known address"));
}

TEST_CASE("websocket: ip restricts the addresses that are tried") {
  const auto probe_with = [](const char* ip) {
    asio::io_context io;
    peer server(io, healthy);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    return probe_once(io, make_check({{"url", text("ws://server.test:81/")}, {"ip", text(ip)}}), names, ample,
                      {&server});
  };
  CHECK(probe_with("4").verdict == verdict::pass);
  const auto out = probe_with("6");
  CHECK(out.reason == reason::dns);
  CHECK(contains(out.message, "has no IPv6 address"));
}

TEST_CASE("websocket: a slow handshake crosses the limit on the latency") {
  const auto slow = [](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    asio::steady_timer pause(socket.get_executor(), 50ms);
    co_await pause.async_wait(quiet);
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    co_await behave(socket);
  };
  const auto limit = map_of({{"warn", text("20ms")}, {"fail", text("10s")}});
  const auto out = probe_against(slow, {{"latency", limit}}, 20s);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
  CHECK(contains(out.message, "(limit 20ms)"));
}
