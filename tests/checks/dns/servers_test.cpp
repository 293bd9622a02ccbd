// The dns check with several name servers: what each of them contributes to the outcome.
#include <doctest/doctest.h>

#include "checks/dns/scripted_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

const dns_script good = answers_with({a("192.0.2.1")});
const dns_script other = answers_with({a("192.0.2.2")});
const dns_script absent = answers_with({}, 3);
const dns_script failing = answers_with({}, 2);
const dns_script refusing = answers_with({}, 5);

struct row {
  std::string name;
  std::vector<dns_script> behaviours;
  verdict result;
  reason why;
  std::string words;  ///< "{0}" and "{1}" are the addresses of the first two servers
  int failed;
};

std::string filled(std::string words, const std::vector<std::string>& servers) {
  for (std::size_t i = 0; i < servers.size(); ++i)
    for (const auto token = "{" + std::to_string(i) + "}"; words.find(token) != std::string::npos;)
      words.replace(words.find(token), token.size(), servers[i]);
  return words;
}

}  // namespace

TEST_CASE("dns servers: one without a response is a warning, a wrong response or no response at all is a failure") {
  const row rows[] = {
      {"both good", {good, good}, verdict::pass, reason::ok, ": 1 A record from {0}, {1}", 0},
      {"one silent", {good, nothing}, verdict::warn, reason::timeout, ": name server {1}: no answer within", 1},
      {"the first silent", {nothing, good}, verdict::warn, reason::timeout, ": name server {0}: no answer", 1},
      {"one fails", {failing, good}, verdict::warn, reason::dns, ": name server {0}: could not answer (SERVFAIL)", 1},
      {"one refuses", {good, refusing}, verdict::warn, reason::refused, ": name server {1}: refused the query", 1},
      {"all silent", {nothing, nothing}, verdict::fail, reason::timeout, ": name servers {0}, {1}: no answer", 2},
      {"all fail", {failing, refusing}, verdict::fail, reason::dns, "{1}: refused the query (REFUSED)", 2},
      {"one denies it",
       {good, absent},
       verdict::fail,
       reason::missing,
       ": name server {1}: the name does not exist",
       1},
      {"they disagree",
       {other, good},
       verdict::fail,
       reason::mismatch,
       ": name server {0}: the A records are 192.0.2.2, expected 192.0.2.1",
       1},
      {"wrong and silent",
       {other, nothing},
       verdict::fail,
       reason::mismatch,
       "; app.example.test: name server {1}: no",
       2},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const same_descriptors around;
    const scripted_server first(r.behaviours[0]);
    const scripted_server second(r.behaviours[1]);
    const std::vector<std::string> servers{first.address(), second.address()};
    const auto out = with_enough_time(
        [&](auto limit) {
          return probe_servers(servers, {{"expect", text("192.0.2.1")}}, limit);
        },
        [&](const outcome& each) { return each.measured("servers_failed") == r.failed; });
    CAPTURE(out.message);
    CHECK(out.verdict == r.result);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, filled(r.words, servers)));
    CHECK(out.measured("servers") == 2);
    CHECK(out.measured("servers_failed") == r.failed);
  }
}

TEST_CASE("dns servers: they are asked at once, and the slowest response and the lowest TTL are measured") {
  std::vector<std::unique_ptr<scripted_server>> servers;
  std::vector<std::string> addresses;
  std::atomic<int> asked = 0;
  for (const std::uint32_t ttl : {600U, 30U, 60U, 90U}) {
    servers.push_back(std::make_unique<scripted_server>([ttl, &asked](const std::string& query, bool) -> sending {
      ++asked;
      for (int i = 0; asked < 4 && i < 300; ++i) std::this_thread::sleep_for(10ms);
      if (asked < 4) return {};
      std::this_thread::sleep_for(100ms);
      return {{respond(query, {a("192.0.2.1", ttl)})}};
    }));
    addresses.push_back(servers.back()->address());
  }
  const auto out = probe_servers(addresses);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "1 A record from 4 name servers"));
  CHECK(*out.measured("query_seconds") >= 0.1);
  CHECK(out.measured("ttl_seconds") == 30);
}

TEST_CASE("dns servers: an IPv6 address") {
  asio::io_context io;
  udp::socket server(io);
  boost::system::error_code error;
  server.open(udp::v6(), error);
  if (!error) server.bind({asio::ip::address_v6::loopback(), 0}, error);
  if (error) {
    MESSAGE("skipped: no IPv6 here");
    return;
  }
  std::thread thread([&] {
    std::array<char, 512> bytes{};
    udp::endpoint client;
    const auto size = server.receive_from(asio::buffer(bytes), client);
    server.send_to(asio::buffer(respond({bytes.data(), size}, {a("192.0.2.1")})), client);
  });
  const auto address = "[::1]:" + std::to_string(server.local_endpoint().port());
  const auto out = probe_servers({address});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  if (out.verdict != verdict::pass) {
    udp::socket(io, udp::v6()).send_to(asio::buffer("x", 1), server.local_endpoint());
  }
  thread.join();
}
