// Tests that no event of a socket is lost, and that connections take turns. Clients act on the loop's thread, so that
// several events arrive together.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "fakes/temp_folder.hpp"
#include "http_server/connection.hpp"
#include "running_server.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

http_limits patient() {
  http_limits limits;
  limits.idle_timeout = limits.header_deadline = limits.write_deadline = limits.linger = 1h;
  return limits;
}

/// A client whose connection waits for its next request after a response.
struct known_client : raw_client {
  explicit known_client(const running_server& server) {
    REQUIRE(connect(server.port()));
    send(telltale::testing::get);
    REQUIRE(read_answer().ends_with("from here"));
  }
};

}  // namespace

TEST_CASE("connection events: a request and its end together give a response and an end") {
  running_server server(patient());
  known_client client(server);
  server.in_loop([&] {
    client.send(get);
    client.half_close();
  });
  CHECK(client.read_answer().ends_with("from here"));
  CHECK(client.read_to_end().empty());
  CHECK(server.empties());
}

TEST_CASE("connection events: an end after the response is detected") {
  running_server server(patient());
  known_client client(server);
  client.half_close();
  CHECK(client.read_to_end().empty());
  CHECK(server.empties());
}

TEST_CASE("connection events: a request as long as one read, and one longer by a byte, are answered") {
  running_server server(patient());
  for (const std::size_t size : {512u, 1024u, 1536u, 4096u}) {
    CAPTURE(size);
    known_client client(server);
    const std::string head = "GET /ready HTTP/1.1\r\nHost: a\r\nX: ";
    const auto long_one = head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
    server.in_loop([&] { client.send(long_one + get); });
    CHECK(client.read_answer().ends_with("from here"));
    CHECK(client.read_answer().ends_with("from here"));
    server.in_loop([&] { client.send(long_one); });
    CHECK(client.read_answer().ends_with("from here"));
    client.send(get);
    CHECK(client.read_answer().ends_with("from here"));
  }
}

TEST_CASE("connection events: a request that arrives during a response is not lost") {
  running_server server(patient(), flooding(16u << 20));
  raw_client client;
  client.receive_buffer(4096);
  REQUIRE(client.connect(server.port()));
  client.send(get);
  REQUIRE(client.readable_within(10'000));
  server.in_loop([&] { client.send(get); });
  server.in_loop([] {});  // the event has been delivered, and the server is still writing
  CHECK(client.read_answer().size() > 16u << 20);
  CHECK(client.read_answer().size() > 16u << 20);
}

TEST_CASE("connection events: after a refusal all remaining bytes are discarded, whatever their number") {
  // A Unix socket delivers all of it at once; TCP has a window, and each part is an event.
  const temp_folder folder;
  const auto path = folder / "socket";
  running_server server(patient(), hello, "unix:" + path);
  raw_client client(AF_UNIX);
  client.send_buffer(200'000);
  REQUIRE(client.connect(path));
  server.in_loop([&] {
    client.send("POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\n");
    client.send(std::string(150'000, 'x'));
    client.half_close();
  });
  CHECK(status_line(client.read_to_end()) == "HTTP/1.1 413 Content Too Large");
  CHECK(server.empties());
}

TEST_CASE("connection events: pipelined requests of two connections are answered in turns") {
  std::string order;
  running_server server(patient(), [&order](const request& asked) {
    order += asked.target.substr(1);
    return hello(asked);
  });
  known_client first(server);
  known_client second(server);
  const auto ten = [](char name) {
    std::string out;
    for (int i = 0; i < 10; ++i) out += std::string("GET /") + name + " HTTP/1.1\r\nHost: a\r\n\r\n";
    return out;
  };
  server.in_loop([&] {
    order.clear();
    first.send(ten('a'));
    second.send(ten('b'));
  });
  for (auto* each : {&first, &second})
    for (int i = 0; i < 10; ++i) CHECK(each->read_answer().ends_with("from here"));
  const auto served = server.in_loop([&] { return order; });
  CHECK(served.size() == 20);
  for (const std::string run : {"aaa", "bbb"}) CHECK_MESSAGE(served.find(run) == std::string::npos, served);
}
