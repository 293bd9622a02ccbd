// Thousands of probes of peers that misbehave: each ends in time with its reason, and no connection is left at either
// end.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fakes/network_peer.hpp"

namespace telltale::fakes {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int many = 1'000;
inline constexpr auto probe_time_limit = 1s;
#else
inline constexpr int many = 10'000;
inline constexpr auto probe_time_limit = 300ms;
#endif

inline constexpr int probes_at_once = 60;

/// One way to behave: a server that does, and the checks that probe it, at any host name.
struct probed_peer {
  using check_list = std::vector<std::shared_ptr<async_check>>;

  probed_peer(asio::io_context& io, script behaviour, std::shared_ptr<async_check> probes, reason expected)
      : probed_peer(io, std::move(behaviour), check_list{std::move(probes)}, expected) {}
  /// Each run has one of these checks for itself if there are `probes_at_once`: runs of a check that keeps its
  /// connection must not overlap.
  probed_peer(asio::io_context& io, script behaviour, check_list probes, reason expected)
      : server(io, std::move(behaviour)), checks(std::move(probes)), why(expected) {
    names.answer.endpoints = {server.endpoint()};
  }
  peer server;
  check_list checks;
  reason why;
  fixed_resolver names;
  int done = 0;
  int wrong = 0;
  int out_of_time = 0;  ///< on a busy machine, before the peer has said what it wanted to say
  std::string words;    ///< of the last probe that was not as expected
};
using probed_peers = std::vector<std::unique_ptr<probed_peer>>;

struct probe_totals {
  int done = 0;
  int late = 0;
};

inline asio::awaitable<void> keep_probing(asio::io_context& io, const probed_peers& all, probe_totals& total, int count,
                                          std::size_t first, std::chrono::milliseconds time_limit) {
  constexpr auto late = 2s;  // what a busy machine may add
  for (int i = 0; i < count; ++i) {
    auto& each = *all[(first + static_cast<std::size_t>(i)) % all.size()];
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    const async_context ctx{io.get_executor(), deadline, &each.names};
    const auto out = co_await each.checks[first % each.checks.size()]->probe(ctx);
    total.late += std::chrono::steady_clock::now() > deadline + late;
    ++total.done;
    ++each.done;
    if (out.reason == each.why) continue;
    ++(out.reason == reason::timeout ? each.out_of_time : each.wrong);
    each.words = out.message;
  }
}

/// Runs `many` probes, 60 at once, and returns when `io` has no work left.
inline void probe_many(asio::io_context& io, const probed_peers& all,
                       std::chrono::milliseconds time_limit = probe_time_limit) {
  constexpr int at_once = probes_at_once;
  const auto began = std::chrono::steady_clock::now();
  probe_totals total;
  int running = at_once;
  for (int i = 0; i < at_once; ++i) {
    const int count = many / at_once + (i < many % at_once ? 1 : 0);
    auto run = keep_probing(io, all, total, count, static_cast<std::size_t>(i), time_limit);
    asio::co_spawn(io, std::move(run), [&](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
      if (--running > 0) return;
      for (const auto& each : all) {
        each->checks.clear();  // closes the connections that they keep
        each->server.stop();
      }
    });
  }
  io.run_for(180s);
  CHECK(io.stopped());
  CHECK(total.done == many);
  CHECK(total.late == 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CAPTURE(all[i]->words);
    CHECK(all[i]->server.open() == 0);
    CHECK(all[i]->server.finished() > 0);
    CHECK(all[i]->done >= many / static_cast<int>(all.size()) - at_once);
    CHECK(all[i]->wrong == 0);
    CHECK(all[i]->out_of_time < all[i]->done);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  MESSAGE(fmt::format("{} probes of {} kinds of peer, {:.1f} s", total.done, all.size(), took.count()));
}

}  // namespace telltale::fakes
