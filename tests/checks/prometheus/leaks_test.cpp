// Ten thousand probes of exporters that misbehave: each ends in time with its reason, and no connection is left at
// either end.
#include <memory>
#include <vector>

#include "checks/prometheus/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int probes = 1'000;
constexpr auto time_limit = 1s;
#else
constexpr int probes = 10'000;
constexpr auto time_limit = 300ms;
#endif
constexpr int at_once = 60;
constexpr auto late = 2s;  // what a busy machine may add

asio::awaitable<void> silent(tcp::socket socket) { co_await until_closed(socket); }
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

/// One way to behave: an exporter that does, and the check that probes it.
struct kind {
  kind(asio::io_context& io, script behaviour, reason expected) : server(io, std::move(behaviour)), why(expected) {
    names.answer.endpoints = {server.endpoint()};
    check = make_check({{"up", text("1")}, {"sum(rate(requests_total))", map_of({{"absent", text("ignore")}})}},
                       {{"max_page", text("32KiB")}});
  }
  peer server;
  reason why;
  fixed_resolver names;
  std::shared_ptr<async_check> check;
  int wrong = 0;
  int out_of_time = 0;  ///< on a busy machine, before the peer has said what it wanted to say
  std::string words;
};

using kinds = std::vector<std::unique_ptr<kind>>;

kinds all_kinds(asio::io_context& io) {
  kinds out;
  const auto add = [&](script does, reason why) { out.push_back(std::make_unique<kind>(io, std::move(does), why)); };
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

struct totals {
  int done = 0;
  int late = 0;
};

asio::awaitable<void> keep_probing(asio::io_context& io, const kinds& all, totals& total, int count,
                                   std::size_t first) {
  for (int i = 0; i < count; ++i) {
    auto& k = *all[(first + static_cast<std::size_t>(i)) % all.size()];
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    const async_context ctx{io.get_executor(), deadline, &k.names};
    const auto out = co_await k.check->probe(ctx);
    total.late += std::chrono::steady_clock::now() > deadline + late;
    ++total.done;
    if (out.reason == k.why) continue;
    ++(out.reason == reason::timeout ? k.out_of_time : k.wrong);
    k.words = out.message;
  }
}

}  // namespace

TEST_CASE("prometheus leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    const auto all = all_kinds(io);
    totals total;
    int running = at_once;
    for (int i = 0; i < at_once; ++i) {
      const int count = probes / at_once + (i < probes % at_once ? 1 : 0);
      asio::co_spawn(io, keep_probing(io, all, total, count, static_cast<std::size_t>(i)), [&](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
        if (--running > 0) return;
        for (const auto& each : all) each->server.stop();
      });
    }
    io.run_for(180s);
    CHECK(io.stopped());
    CHECK(total.done == probes);
    CHECK(total.late == 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CAPTURE(all[i]->words);
      CHECK(all[i]->server.open() == 0);
      CHECK(all[i]->server.finished() >= probes / static_cast<int>(all.size()) - at_once);
      CHECK(all[i]->wrong == 0);
      CHECK(all[i]->out_of_time < all[i]->server.finished());
    }
  }
  CHECK(open_descriptors() == descriptors);
}
