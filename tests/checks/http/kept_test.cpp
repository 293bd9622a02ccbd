// The http check keeps its connection between runs, and replaces it when that is due.
#include "checks/http/peer.hpp"
#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("http: on a kept connection, too, a client certificate is named") {
  const auto asks = server_context(make_identity({}));
  asks->set_verify_mode(asio::ssl::verify_peer);
  const script changes = [asks](tcp::socket socket) -> asio::awaitable<void> {
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *asks);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, quiet);
    if (error) co_return;
    co_await read_request(stream);
    co_await say(stream, reply("200 OK"));
    co_await read_request(stream);
    co_await say(stream, reply("400 X"));
  };
  const auto out = probe_often(changes, {{"insecure", text("true")}}, 2, ample, "https://server.test/health");
  CHECK(out[0].verdict == verdict::pass);
  CHECK(contains(out[1].message, "asked for a client certificate"));
}

TEST_CASE("http: one connection is kept, and its certificate is judged in every run") {
  int connections = 0;
  const auto context = server_context(make_identity({}));
  const script counted = [&, inner = answers_over_tls(context, reply("200 OK", "x"))](tcp::socket socket) {
    ++connections;
    return inner(std::move(socket));
  };
  const fakes::options chosen{{"insecure", text("true")}, {"certificate", map_of({{"warn", text("60d")}})}};
  for (const auto& out : probe_often(counted, chosen, 3, ample, "https://server.test/")) {
    CHECK(out.verdict == verdict::warn);
    CHECK(contains(out.message, "certificate expires in"));
  }
  CHECK(connections == 1);
  auto anew = chosen;
  anew.emplace_back("reconnect", text("0s"));
  probe_often(counted, anew, 3, ample, "https://server.test/");
  CHECK(connections == 4);
}

TEST_CASE("http: a failure ends the kept connection, and POST never uses one") {
  int connections = 0;
  std::string says = reply("500 X");
  const script counted = [&](tcp::socket socket) -> asio::awaitable<void> {
    ++connections;
    co_await answer_all(socket, says, false);
  };
  probe_often(counted, {}, 3);
  CHECK(connections == 3);
  says = reply("200 OK");
  probe_often(counted, {{"method", text("POST")}}, 2);
  CHECK(connections == 5);
  probe_often(counted, {}, 2);
  CHECK(connections == 6);
}

TEST_CASE("http: the wait on a dead kept connection is no latency of the server") {
  int connections = 0;
  std::string repeated;
  const script forgets = [&](tcp::socket socket) -> asio::awaitable<void> {
    const bool first = ++connections == 1;
    co_await read_request(socket);
    co_await say(socket, reply("200 OK"));
    const auto more = co_await read_request(socket);
    if (first) repeated = more;
    else co_await say(socket, reply("200 OK"));
    co_await until_closed(socket);
  };
  // Half of the limit passes on the dead connection. On a busy machine the first run may be too slow to keep one.
  const auto probe_twice = [&](std::chrono::milliseconds limit) {
    connections = 0;
    const auto less_than_half = std::to_string(limit.count() * 2 / 5) + "ms";
    return probe_often(forgets, {{"latency", map_of({{"fail", text(less_than_half)}})}}, 2, limit)[1];
  };
  const auto passed = [&](const outcome& out) { return !repeated.empty() && out.verdict == verdict::pass; };
  const auto out = with_enough_time(probe_twice, passed);
  CAPTURE(out.message);
  CHECK(passed(out));
  CHECK(connections == 2);
}
