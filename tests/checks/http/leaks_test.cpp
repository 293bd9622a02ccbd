// Ten thousand probes of peers that misbehave: each ends in time with its reason, and nothing is left of it.
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "checks/http/peer.hpp"
#include "fakes/certificates.hpp"

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

/// One way to behave, and the checks that probe it: one for each of the concurrent runs, as runs of a check never
/// overlap.
struct kind {
  kind(asio::io_context& io, script behaviour, reason expected, const fakes::options& chosen)
      : does(std::move(behaviour)), server(io, does), why(expected) {
    names.answer.endpoints = {server.endpoint()};
    for (int i = 0; i < at_once; ++i) checks.push_back(make_check(checks::http(), chosen));
  }
  script does;
  peer server;
  reason why;
  fixed_resolver names;
  std::vector<std::shared_ptr<async_check>> checks;
  int wrong = 0;
  int out_of_time = 0;
  std::string words;
};
using kinds = std::vector<std::unique_ptr<kind>>;

kinds all_kinds(asio::io_context& io) {
  kinds out;
  const auto add = [&](script does, reason why, fakes::options chosen = {}, const char* scheme = "http") {
    chosen.emplace_back("url", text(std::string(scheme) + "://server.test/"));
    out.push_back(std::make_unique<kind>(io, std::move(does), why, chosen));
  };
  const fakes::options json{{"json", map_of({{"/a", text("1")}})}};
  add(answers(reply("200 OK", "x")), reason::ok);
  add(answers_once, reason::ok);
  add(silent, reason::timeout);
  add(hangs_up, reason::refused);
  add(answers(reply("503 X", "", "Retry-After: 1\r\n")), reason::overload);
  add(answers("HTTP/1.1 200 OK\r\nA: " + std::string(9000, 'a'), true), reason::protocol);
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
    const auto out = co_await k.checks[first]->probe(ctx);
    total.late += std::chrono::steady_clock::now() > deadline + late;
    ++total.done;
    if (out.reason == k.why) continue;
    ++(out.reason == reason::timeout ? k.out_of_time : k.wrong);
    k.words = out.message;
  }
}

}  // namespace

TEST_CASE("http leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  const auto began = std::chrono::steady_clock::now();
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
        for (const auto& each : all) {
          each->checks.clear();
          each->server.stop();
        }
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
      CHECK(all[i]->wrong == 0);
      CHECK(all[i]->out_of_time < probes / static_cast<int>(all.size()));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    MESSAGE(fmt::format("{} probes of {} kinds of peer, {:.1f} s", total.done, all.size(), took.count()));
  }
  CHECK(open_descriptors() == descriptors);
}
