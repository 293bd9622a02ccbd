// Sends floods and noise: legitimate clients are still served and nothing leaks.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "http_server/session.hpp"
#include "running_server.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

std::string noise(std::mt19937& random, std::size_t most) {
  std::string out(random() % most, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

// Variants of valid requests to be damaged.
std::string mutated(std::mt19937& random) {
  static const std::vector<std::string> seeds = {
      get, get_and_close,
      "HEAD http://a:1/x?y HTTP/1.0\r\nConnection: keep-alive\r\nAccept: text/plain, */*;q=0.1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: [::1]:9\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\nExpect: "
      "100-continue\r\n\r\n"};
  auto out = seeds[random() % seeds.size()];
  for (auto changes = random() % 4; changes > 0; --changes) {
    const auto at = random() % out.size();
    switch (random() % 4) {
      case 0:
        out[at] = static_cast<char>(random());
        break;
      case 1:
        out.erase(at, random() % 5);
        break;
      case 2:
        out.insert(at, noise(random, 5));
        break;
      default:
        out.insert(at, out.substr(random() % out.size(), random() % 40));
        break;
    }
    if (out.empty()) out = "x";
  }
  return out;
}

// Feeds bytes in pieces until the session ends; every response must be well-formed.
void converse(const http_server::handler& handler, const std::string& bytes, std::mt19937& random) {
  http_service service{handler, {}, {}, {}};
  session talk(service, false);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto room = talk.room();
    REQUIRE(!room.empty());
    const auto n = std::min({room.size(), rest.size(), static_cast<std::size_t>(1 + random() % 200)});
    std::copy_n(rest.begin(), n, room.begin());
    talk.received(n);
    rest.remove_prefix(n);
    while (const auto out = talk.next(false)) {
      REQUIRE(out->head.starts_with("HTTP/1.1 "));
      REQUIRE(out->head.find("\r\n\r\n") != std::string::npos);
      if (out->closes) return;
    }
  }
}

}  // namespace

TEST_CASE("hostile: a session survives noise and nearly valid requests") {
  std::mt19937 random(20240229);
  int asked = 0;
  const http_server::handler handler = [&](const request& r) {
    ++asked;
    REQUIRE(r.target.starts_with('/'));
    REQUIRE(r.target.find_first_of(std::string_view("\0\r\n \t", 5)) == std::string_view::npos);
    return hello(r);
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (int parts = 0; parts < 3; ++parts) bytes += random() % 8 == 0 ? noise(random, 300) : mutated(random);
    converse(handler, bytes, random);
  }
  CHECK(asked > 1'000);
}

TEST_CASE("hostile: a server survives noise on its socket") {
  http_limits limits;
  limits.header_deadline = 50ms;
  limits.linger = 50ms;
  running_server server(limits);
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    raw_client client;
    REQUIRE(client.connect(server.port()));
    client.send(i % 2 == 0 ? noise(random, 20'000) : mutated(random));
    if (i % 3 == 0) client.reset();
    else client.half_close(), client.read_to_end();
  }
  CHECK(server.empties());
  raw_client honest;
  REQUIRE(honest.connect(server.port()));
  honest.send(get);
  CHECK(honest.read_answer().ends_with("from here"));
}

TEST_CASE("hostile: under incomplete requests and a flood, legitimate requests are answered quickly") {
  http_limits limits;
  limits.max_connections = 150;
  running_server server(limits);
  std::vector<raw_client> slow(300);
  for (auto& each : slow) {
    REQUIRE(each.connect(server.port()));
    each.send("GET /ready HTTP/1.1\r\nX: ");
  }
  std::thread flood([port = server.port()] {
    std::string many;
    for (int i = 0; i < 100; ++i) many += get;
    for (int i = 0; i < 50; ++i) {
      raw_client client;
      if (!client.connect(port)) continue;
      client.send(many);
      client.read_to_end();
    }
  });
  std::vector<std::chrono::steady_clock::duration> took;
  int answered = 0;
  for (int i = 0; i < 200; ++i) {
    const auto began = std::chrono::steady_clock::now();
    raw_client honest;
    REQUIRE(honest.connect(server.port()));
    honest.send(get_and_close);
    if (honest.read_to_end().ends_with("GET /ready from here")) ++answered;
    took.push_back(std::chrono::steady_clock::now() - began);
  }
  flood.join();
  CHECK(answered == 200);
  std::sort(took.begin(), took.end());
  CHECK(took[took.size() / 2] < 1s);  // a hang would take ten seconds; precise figures belong in a benchmark
  CHECK(server.connections() <= 150);
}
