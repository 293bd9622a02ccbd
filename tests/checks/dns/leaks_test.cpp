// Ten thousand probes of name servers that misbehave, and cancelled probes: no descriptor, timer or coroutine is left.
#include <algorithm>
#include <memory>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/dns/scripted_server.hpp"

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

sending wrong_id(const std::string& query, bool) {
  auto message = respond(query, {a("192.0.2.1")});
  message[1] = static_cast<char>(message[1] ^ 1);
  return {{message, message}};
}
sending garbage(const std::string&, bool) { return {{"", "x", std::string(4000, '\xff')}}; }
sending malformed(const std::string& query, bool) { return {{respond(query, {resource(ns_t_a, "x", 1, "\xc0\xff")})}}; }
sending closes(const std::string&, bool) { return {{}, true, true}; }
sending half(const std::string& query, bool) { return {{number16(500) + query}, false, true}; }
sending many(const std::string& query, bool) {
  auto message = respond(query, std::vector<std::string>(250, a("192.0.2.1")));
  message[0] = static_cast<char>(message[0] ^ 1);
  return {std::vector<std::string>(40, message)};
}
dns_script truncates(dns_script then) {
  return [then = std::move(then)](const std::string& query, bool tcp) -> sending {
    return tcp ? then(query, tcp) : sending{{respond(query, {}, 0, 0x0200)}};
  };
}

/// One way to behave: a server that does, and the check that asks it.
struct kind {
  kind(dns_script behaviour, bool tcp, reason expected) : server(std::move(behaviour)), why(expected) {
    check = make_check(checks::dns(), {{"query", text("app.example.test")},
                                       {"servers", text(server.address())},
                                       {"tcp", text(tcp ? "true" : "false")}});
  }
  scripted_server server;
  reason why;
  std::shared_ptr<async_check> check;
  int done = 0;
  int wrong = 0;
  int out_of_time = 0;  ///< on a busy machine, before the server has sent what it wanted to send
  std::string words;
};

struct kinds : std::vector<std::unique_ptr<kind>> {
  void add(dns_script behaviour, reason why, bool tcp = false) {
    push_back(std::make_unique<kind>(std::move(behaviour), tcp, why));
  }
};

void add_all(kinds& all) {
  all.add(answers_with({a("192.0.2.1")}), reason::ok);
  all.add(answers_with({a("192.0.2.1")}), reason::ok, true);
  all.add(nothing, reason::timeout);
  all.add(nothing, reason::timeout, true);
  all.add(wrong_id, reason::protocol);
  all.add(garbage, reason::protocol);
  all.add(malformed, reason::protocol);
  all.add(malformed, reason::protocol, true);
  all.add(answers_with({}, 2), reason::dns);
  all.add(answers_with({}, 5), reason::refused);
  all.add(closes, reason::refused, true);
  all.add(half, reason::protocol, true);
  all.add(many, reason::protocol, true);
  all.add(truncates(answers_with({a("192.0.2.1")})), reason::ok);
  all.add(truncates(nothing), reason::timeout);
  all.add(truncates(closes), reason::refused);
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
    const async_context ctx{io.get_executor(), deadline, nullptr};
    const auto out = co_await k.check->probe(ctx);
    total.late += std::chrono::steady_clock::now() > deadline + slack;
    ++total.done;
    ++k.done;
    if (out.reason == k.why) continue;
    // On a busy machine the time may be up between the length of a message over TCP and the message.
    const bool out_of_time = out.reason == reason::timeout || std::chrono::steady_clock::now() >= deadline;
    ++(out_of_time ? k.out_of_time : k.wrong);
    k.words = out.message;
  }
}

}  // namespace

TEST_CASE("dns leaks: after ten thousand probes no descriptor is open") {
  const same_descriptors around;
  const auto began = std::chrono::steady_clock::now();
  kinds all;
  add_all(all);
  {
    asio::io_context io;
    totals total;
    for (int i = 0; i < at_once; ++i) {
      const int count = probes / at_once + (i < probes % at_once ? 1 : 0);
      asio::co_spawn(io, keep_probing(io, all, total, count, static_cast<std::size_t>(i)), [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
      });
    }
    io.run_for(180s);
    CHECK(io.stopped());
    CHECK(total.done == probes);
    CHECK(total.late == 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CAPTURE(all[i]->words);
      CHECK(all[i]->wrong == 0);
      CHECK(all[i]->out_of_time < all[i]->done / 2);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    MESSAGE(fmt::format("{} probes of {} kinds of server, {:.1f} s", total.done, all.size(), took.count()));
  }
}

TEST_CASE("dns leaks: a probe that is cancelled at any moment ends and leaves nothing") {
  const dns_script scripts[] = {nothing, truncates(nothing), truncates(answers_with({a("192.0.2.1")})), many};
  for (const auto& each : scripts)
    for (const char* tcp : {"false", "true"}) {
      const same_descriptors around;
      const scripted_server server(each);
      const auto check =
          make_check(checks::dns(),
                     {{"query", text("app.example.test")}, {"servers", text(server.address())}, {"tcp", text(tcp)}});
      fixed_resolver unused;
      for (int steps = 0; steps < 7; ++steps) {
        asio::io_context io;
        if (!cancel_after(steps, io, check, unused, {})) break;
      }
    }
}

TEST_CASE("dns leaks: a loop that is destroyed during a probe takes everything with it") {
  const same_descriptors around;
  const scripted_server server(nothing);
  const auto check =
      make_check(checks::dns(), {{"query", text("app.example.test")}, {"servers", text(server.address())}});
  for (int steps = 0; steps < 4; ++steps) {
    asio::io_context io;
    const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + 5s, nullptr};
    asio::co_spawn(io, check->probe(ctx), [](std::exception_ptr, outcome) { FAIL("the probe cannot have ended"); });
    for (int i = 0; i < steps; ++i) io.run_one_for(50ms);
  }
}
