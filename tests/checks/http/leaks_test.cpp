// Ten thousand probes of peers that misbehave: each ends in time with its reason, and nothing is left of it.
#include <memory>

#include "checks/http/peer.hpp"
#include "fakes/certificates.hpp"
#include "fakes/many_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

asio::awaitable<void> hangs_up(tcp::socket socket) { co_await read_request(socket); }
/// Answers the first request and hangs up on the second: a kept connection is stale.
asio::awaitable<void> answers_once(tcp::socket socket) {
  co_await read_request(socket);
  co_await say(socket, reply("200 OK", "x"));
  co_await read_request(socket);
}
/// A body without end.
asio::awaitable<void> floods(tcp::socket socket) {
  co_await read_request(socket);
  co_await say(socket, "HTTP/1.1 200 OK\r\n\r\n");
  const std::string bytes(50'000, 'x');
  for (;;) {
    const auto buffer = asio::buffer(bytes);
    auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
    if (error) co_return;
  }
}

probed_peers all_kinds(asio::io_context& io) {
  probed_peers out;
  const auto add = [&](script does, reason why, fakes::options chosen = {}, const char* scheme = "http") {
    chosen.emplace_back("url", text(std::string(scheme) + "://server.test/"));
    probed_peer::check_list checks;
    for (int i = 0; i < probes_at_once; ++i) checks.push_back(make_check(checks::http(), chosen));
    out.push_back(std::make_unique<probed_peer>(io, std::move(does), std::move(checks), why));
  };
  const fakes::options json{{"json", map_of({{"/a", text("1")}})}};
  add(answers(reply("200 OK", "x")), reason::ok);
  add(answers_once, reason::ok);
  add(silent, reason::timeout);
  add(hangs_up, reason::refused);
  add(answers(reply("503 X", "", "Retry-After: 1\r\n")), reason::overload);
  add(answers("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'a'), true), reason::protocol);
  add(answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", true), reason::protocol);
  add(answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), reason::timeout);
  add(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), reason::protocol);
  add(floods, reason::ok);
  add(floods, reason::mismatch, json);
  add(answers(reply("302 X", "", "Location: /\r\n")), reason::refused, {{"redirects", text("3")}});
  add(answers_over_tls(server_context(make_identity({})), reply("200 OK", "x")), reason::tls, {}, "https");
  add(answers_over_tls(server_context(make_identity({})), reply("200 OK", "x")), reason::ok,
      {{"insecure", text("true")}}, "https");
  add(silent, reason::timeout, {}, "https");
  return out;
}

}  // namespace

TEST_CASE("http leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io));
  }
  CHECK(open_descriptors() == descriptors);
}
