// Implements the runs of many probes.
#include "fakes/many_probes.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace telltale::fakes {
namespace {

struct probe_totals {
  int done = 0;
  int late = 0;
};

asio::awaitable<void> keep_probing(asio::io_context& io, const probed_peers& all, probe_totals& total, int count,
                                   std::size_t first, std::chrono::milliseconds time_limit) {
  for (int i = 0; i < count; ++i) {
    auto& each = *all[(first + static_cast<std::size_t>(i)) % all.size()];
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    const async_context ctx{io.get_executor(), deadline, &each.names};
    const auto out = co_await each.checks[first % each.checks.size()]->probe(ctx);
    total.late += std::chrono::steady_clock::now() > deadline + slack;
    ++total.done;
    ++each.done;
    if (out.reason == each.why) continue;
    ++(out.reason == reason::timeout ? each.out_of_time : each.wrong);
    each.words = out.message;
  }
}

}  // namespace

void probe_many(asio::io_context& io, const probed_peers& all, std::chrono::milliseconds time_limit) {
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
