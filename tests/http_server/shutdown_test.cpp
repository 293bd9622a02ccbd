// Tests the end of a server: requested once, twice, or sudden.
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <vector>

#include "http_server/http_server.hpp"
#include "running_server.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

std::future<void> stop(running_server& server) {
  auto done = std::make_shared<std::promise<void>>();
  auto future = done->get_future();
  server.with_server([&](const auto& s) { s->stop([done] { done->set_value(); }); });
  return future;
}

bool ends(const std::future<void>& future) { return future.wait_for(10s) == std::future_status::ready; }
bool ended(const std::future<void>& future) { return future.wait_for(0s) == std::future_status::ready; }

}  // namespace

TEST_CASE("shutdown: an idle server is done at once, its port free, its idle connections closed") {
  running_server server;
  raw_client client;
  REQUIRE(client.connect(server.port()));
  while (server.connections() == 0) continue;
  CHECK(ends(stop(server)));
  CHECK(client.read_to_end().empty());
  raw_client late;
  CHECK_FALSE(late.connect(server.port()));
}

TEST_CASE("shutdown: stopping twice is harmless, and both callbacks are called") {
  running_server server;
  CHECK(ends(stop(server)));
  CHECK(ends(stop(server)));
}

TEST_CASE("shutdown: a request that has begun is answered, and the response is the last") {
  http_limits limits;
  limits.linger = 50ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get + "GET /half HTTP/1.1\r\n");
  CHECK(client.read_answer().ends_with("from here"));
  const auto done = stop(server);
  CHECK_FALSE(ended(done));
  client.send("Host: a\r\n\r\n");
  const auto answer = client.read_to_end();
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(answer.ends_with("GET /half from here"));
  CHECK(ends(done));
}

TEST_CASE("shutdown: a large response in progress is completed") {
  constexpr std::size_t size = 12 << 20;
  running_server server({}, flooding(size));
  raw_client client;
  client.receive_buffer(4096);
  REQUIRE(client.connect(server.port()));
  client.send(get);
  CHECK(client.readable_within(10'000));
  const auto done = stop(server);
  CHECK_FALSE(ended(done));
  const auto answer = client.read_to_end();
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == size);
  CHECK(ends(done));
}

TEST_CASE("shutdown: a client with an incomplete request does not delay the end beyond the deadline") {
  http_limits limits;
  limits.header_deadline = 100ms;
  limits.linger = 50ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get + "GET /half");
  CHECK(client.read_answer().ends_with("from here"));
  const auto done = stop(server);
  CHECK(status_line(client.read_to_end()) == "HTTP/1.1 408 Request Timeout");
  CHECK(ends(done));
}

TEST_CASE("shutdown: a server may be destroyed with connections in every state") {
  std::vector<raw_client> clients(4);
  {
    running_server server({}, flooding(32 << 20));
    for (auto& each : clients) REQUIRE(each.connect(server.port()));
    clients[1].send("GET /half");
    clients[2].send(get);
    CHECK(clients[2].readable_within(10'000));
    clients[3].send("junk\r\n\r\n");
    CHECK(clients[3].readable_within(10'000));
  }
  for (auto& each : clients) CHECK(each.wait_for_hang_up());
}

TEST_CASE("shutdown: a server destroyed before it is done drops the callback") {
  boost::asio::io_context loop;
  bool called = false;
  auto server = make_http_server(loop, hello);
  server->listen("127.0.0.1:0");
  server->stop([&] { called = true; });
  server.reset();
  loop.run();
  CHECK_FALSE(called);
}

TEST_CASE("shutdown: a loop may be destroyed with open connections") {
  raw_client client;
  {
    boost::asio::io_context loop;
    auto server = make_http_server(loop, hello);
    server->listen("127.0.0.1:0");
    const auto address = server->addresses()[0];
    REQUIRE(client.connect(std::stoi(address.substr(address.rfind(':') + 1))));
    while (server->connections() == 0) loop.run_one();
    server.reset();
  }
  CHECK(client.wait_for_hang_up());
}

TEST_CASE("shutdown: a handler may destroy its server") {
  std::unique_ptr<http_server> server;
  boost::asio::io_context loop;
  server = make_http_server(loop, [&](const request& asked) {
    server.reset();
    return hello(asked);
  });
  server->listen("127.0.0.1:0");
  const auto address = server->addresses()[0];
  raw_client client;
  REQUIRE(client.connect(std::stoi(address.substr(address.rfind(':') + 1))));
  client.send(get);
  loop.run();
  CHECK(server == nullptr);
  CHECK(client.wait_for_hang_up());
}
