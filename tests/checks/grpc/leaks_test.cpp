// Ten thousand probes of peers that misbehave: each ends in time with its reason, and no connection is left at either
// end.
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "checks/grpc/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

using socket_task = asio::awaitable<void>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int probes = 1'000;
constexpr auto time_limit = 1s;
#else
constexpr int probes = 10'000;
constexpr auto time_limit = 300ms;
#endif
constexpr int at_once = 60;
constexpr auto late = 2s;  // what a busy machine may add

socket_task silent(tcp::socket socket) { co_await until_closed(socket); }
socket_task hangs_up(tcp::socket socket) { co_await read_call(socket); }
script says(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    co_await read_call(socket);
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}
/// Says the same until nobody listens, and never reads.
script floods(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    const auto first = h2::hello();
    co_await say(socket, first);
    for (;;) {
      const auto buffer = asio::buffer(bytes);
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
}

/// One way to behave: a server that does, and the check that probes it.
struct kind {
  kind(asio::io_context& io, script behaviour, reason expected, options chosen)
      : does(std::move(behaviour)), server(io, does), why(expected) {
    names.answer.endpoints = {server.endpoint()};
    chosen.emplace_back("address", text("server.test:50051"));
    check = make_grpc_check(std::move(chosen));
  }
  script does;
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
  const auto page = h2::headers_frame({{":status", "200"}, {"content-type", "text/html"}}, false);
  const auto context = selecting(make_identity({}), "h2");
  const options tls{{"tls", text("true")}, {"insecure", text("true")}};
  kinds out;
  const auto add = [&](script does, reason why, const options& chosen = {}) {
    out.push_back(std::make_unique<kind>(io, std::move(does), why, chosen));
  };
  add(answers(h2::reply(h2::serving)), reason::ok);
  add(answers_over_tls(context, h2::reply(h2::serving)), reason::ok, tls);
  add(silent, reason::timeout);
  add(silent, reason::timeout, tls);
  add(hangs_up, reason::refused);
  add(says("HTTP/1.1 400 Bad Request\r\n\r\n"), reason::protocol);
  add(answers(""), reason::timeout);
  add(answers(h2::grpc_header() + h2::data_frame("x")), reason::timeout);
  add(answers(page), reason::protocol);
  add(answers(h2::goaway_frame(0, 0)), reason::refused);
  add(answers(h2::error_frame(h2::rst_stream, 11)), reason::overload);
  add(answers(h2::data_frame("x", false, 0)), reason::protocol);
  add(floods(h2::frame(h2::ping, 0, 0, "12345678")), reason::protocol);
  add(floods(h2::frame(42, 0, 0, std::string(1000, 'x'))), reason::protocol);
  return out;
}

struct totals {
  int done = 0;
  int late = 0;
};

socket_task keep_probing(asio::io_context& io, const kinds& all, totals& total, int count, std::size_t first) {
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

TEST_CASE("grpc leaks: after ten thousand probes nothing is connected and no descriptor is open") {
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
      CHECK(all[i]->wrong == 0);
      CHECK(all[i]->out_of_time < all[i]->server.finished());
    }
    MESSAGE(fmt::format("{} probes of {} kinds of peer", total.done, all.size()));
  }
  CHECK(open_descriptors() == descriptors);
}
