// Ten thousand probes of exporters that misbehave: each ends in time with its reason, and no connection is left at
// either end.
#include <memory>

#include "checks/prometheus/peer.hpp"
#include "fakes/many_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

asio::awaitable<void> hangs_up(tcp::socket socket) { co_await read_request(socket); }

/// Sends `bytes` over and over until the client has gone.
script floods(std::string head, std::string bytes) {
  return [head, bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_request(socket);
    co_await say(socket, head);
    const auto buffer = asio::buffer(bytes);
    for (;;) {
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
}

probed_peers all_kinds(asio::io_context& io) {
  probed_peers out;
  const auto add = [&](script does, reason why) {
    auto check = make_check({{"up", text("1")}, {"sum(rate(requests_total))", map_of({{"absent", text("ignore")}})}},
                            {{"max_page", text("32KiB")}});
    out.push_back(std::make_unique<probed_peer>(io, std::move(does), std::move(check), why));
  };
  const std::string head = "HTTP/1.1 200 OK\r\n\r\n";
  add(answers(reply_of("up 1\n")), reason::ok);
  add(answers(reply_of("up 2\n")), reason::mismatch);
  add(answers(reply_of("up 1\n"), false), reason::ok);
  add(silent, reason::timeout);
  add(hangs_up, reason::refused);
  add(answers(head + "up 1\nup{a=\"b", false), reason::timeout);
  add(answers(head + "up 1\nup{a=\"b"), reason::protocol);
  add(answers(head + "<html>", false), reason::timeout);
  add(answers(head + "<html>\n", false), reason::mismatch);
  add(answers("HTTP/1.1 500 No\r\n\r\n", false), reason::refused);
  add(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), reason::protocol);
  add(floods(head, "up 1\n"), reason::protocol);
  add(floods(head, "x{a=\"" + std::string(100, 'x')), reason::threshold);
  add(floods(head, "# HELP x " + std::string(100, 'x') + "\n"), reason::threshold);
  add(floods("HTTP/1.1 200 OK\r\nX: ", std::string(100, 'x')), reason::protocol);
  return out;
}

}  // namespace

TEST_CASE("prometheus leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io));
  }
  CHECK(open_descriptors() == descriptors);
}
