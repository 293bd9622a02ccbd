// Tests deadlines and misbehaving clients, with short limits.
#include "http_server/connection.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "running_server.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

/// Whether the kernel still has the server's end of a loopback connection, with or without an owner.
bool kernel_knows(int server_port, int client_port) {
  const auto wanted = fmt::format(" 0100007F:{:04X} 0100007F:{:04X} ", server_port, client_port);
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);)
    if (line.find(wanted) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("connection: an incomplete request without further bytes gets 408 and is closed") {
  http_limits limits;
  limits.header_deadline = 50ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send("GET /ready HTTP/1.1\r\nHo");
  const auto answer = client.read_to_end();
  CHECK(status_line(answer) == "HTTP/1.1 408 Request Timeout");
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(answer.find("<") == std::string::npos);
  CHECK(server.with_server([](const auto& s) { return s->refusals(); }).at(408) == 1);
}

TEST_CASE("connection: further bytes do not restart the deadline") {
  http_limits limits;
  limits.header_deadline = 100ms;
  limits.linger = 100ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  const auto began = std::chrono::steady_clock::now();
  client.send("GET /");
  while (!client.readable_within(10) && client.send("x")) continue;
  CHECK(status_line(client.read_to_end()) == "HTTP/1.1 408 Request Timeout");
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= 100ms);
  CHECK(took < 5s);
}

TEST_CASE("connection: the header deadline applies to a later request as well, counted from its first byte") {
  http_limits limits;
  limits.header_deadline = 50ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get + get + "GET /third");
  CHECK(client.read_answer().ends_with("from here"));
  CHECK(client.read_answer().ends_with("from here"));
  CHECK(status_line(client.read_to_end()) == "HTTP/1.1 408 Request Timeout");
}

TEST_CASE("connection: an idle connection is closed without a response, before the first request and after one") {
  http_limits limits;
  limits.idle_timeout = 50ms;
  running_server server(limits);
  raw_client silent;
  REQUIRE(silent.connect(server.port()));
  CHECK(silent.read_to_end().empty());
  raw_client polite;
  REQUIRE(polite.connect(server.port()));
  polite.send(get);
  CHECK(polite.read_answer().ends_with("from here"));
  CHECK(polite.read_to_end().empty());
  CHECK(server.connections() == 0);
}

TEST_CASE("connection: an idle connection outlives the header deadline") {
  http_limits limits;
  limits.header_deadline = 30ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  CHECK_FALSE(client.readable_within(90));
  client.send(get);
  CHECK(client.read_answer().ends_with("from here"));
}

TEST_CASE("connection: a client that does not read is dropped") {
  http_limits limits;
  limits.write_deadline = 50ms;
  running_server server(limits, flooding(32 << 20));
  raw_client client;
  client.receive_buffer(4096);
  REQUIRE(client.connect(server.port()));
  client.send(get);
  CHECK(client.wait_for_hang_up());
  CHECK(server.empties());
}

TEST_CASE("connection: responses buffered in the kernel for a client that never reads are discarded as well") {
  http_limits limits;
  limits.write_deadline = 300ms;
  limits.linger = 50ms;
  running_server server(limits, flooding(1 << 16));
  raw_client client;
  client.receive_buffer(4096);
  REQUIRE(client.connect(server.port()));
  client.send(get_and_close);  // the response fits into the server's socket, which is closed with unsent bytes
  CHECK(server.empties());
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (kernel_knows(server.port(), client.port()) && std::chrono::steady_clock::now() < end) ::usleep(10'000);
  CHECK_FALSE(kernel_knows(server.port(), client.port()));
}

TEST_CASE("connection: a client that reads slowly gets a large response completely") {
  constexpr std::size_t size = 8 << 20;
  running_server server({}, flooding(size));
  raw_client client;
  client.receive_buffer(4096);
  REQUIRE(client.connect(server.port()));
  client.send(get_and_close);
  const auto answer = client.read_to_end();
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == size);
}

TEST_CASE("connection: a half-closed connection still gets its response") {
  running_server server;
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get);
  client.half_close();
  CHECK(client.read_to_end().ends_with("from here"));
}

TEST_CASE("connection: a reset during a response affects no other connection") {
  running_server server({}, flooding(32 << 20));
  for (int i = 0; i < 20; ++i) {
    raw_client client;
    REQUIRE(client.connect(server.port()));
    client.send(get);
    CHECK(client.readable_within(10'000));
    client.reset();
  }
  CHECK(server.empties());
}

TEST_CASE("connection: a client that keeps sending after a refusal is disconnected") {
  http_limits limits;
  limits.drain_bytes = 1 << 20;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  const std::string chunk(65536, 'x');
  int sent = 0;
  while (sent < 10'000 && client.send(chunk)) ++sent;
  CHECK(sent < 10'000);
  CHECK(server.empties());
}

TEST_CASE("connection: a client that never closes after the last response is disconnected") {
  http_limits limits;
  limits.linger = 50ms;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get_and_close);
  CHECK(client.read_to_end().ends_with("from here"));
  CHECK(server.empties());
}

TEST_CASE("connection: the end is announced at once, while further bytes are read and discarded") {
  http_limits limits;
  limits.linger = 1h;
  running_server server(limits);
  raw_client client;
  REQUIRE(client.connect(server.port()));
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  const auto answer = client.read_to_end();
  CHECK(status_line(answer) == "HTTP/1.1 413 Content Too Large");
  CHECK(answer.find("<timeout>") == std::string::npos);
}

TEST_CASE("connection: more pipelined requests than one loop iteration serves are all answered") {
  running_server server;
  raw_client client;
  REQUIRE(client.connect(server.port()));
  std::string many = "GET /odd HTTP/1.1\r\nHost: a\r\n\r\n";  // so that no read ends at the end of a request
  for (int i = 0; i < 39; ++i) many += get;
  client.send(many + get_and_close);
  const auto answers = client.read_to_end();
  std::size_t count = 0;
  for (auto at = answers.find("from here"); at != std::string::npos; at = answers.find("from here", at + 1)) ++count;
  CHECK(count == 41);
}
