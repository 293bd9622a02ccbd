// The blocking part of a network check without a worker: it runs at once, or says that it hangs. Runs with it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "fakes/network_peer.hpp"

namespace telltale::fakes {

class part_here final : public blocking_part {
 public:
  part_here(const check_type& type, const raw_value& raw) : check_(type.make_blocking(raw)) {}
  asio::awaitable<outcome> run(std::chrono::steady_clock::time_point) override {
    ++runs;
    if (hangs) co_return outcome::fail(reason::timeout, "no answer from the worker in time");
    memory none;
    probe_context ctx{boot_clock::now(), boot_clock::now() + 1s, std::chrono::system_clock::now(), none};
    co_return check_->probe(ctx);
  }
  bool hangs = false;
  int runs = 0;

 private:
  std::unique_ptr<blocking_check> check_;
};

using step = std::function<void(part_here&)>;

/// One run of the check against this server, which it reaches at any host name, and one more after each step.
inline std::vector<outcome> probe_between(const check_type& type, options chosen, script behaviour,
                                          const std::vector<step>& steps) {
  asio::io_context io;
  peer server(io, std::move(behaviour));
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  const auto raw = map_of(std::move(chosen));
  auto check = type.make_async(raw);
  part_here part(type, raw);
  std::vector<outcome> out;
  const auto run_all = [&]() -> asio::awaitable<void> {
    for (std::size_t i = 0; i <= steps.size(); ++i) {
      if (i > 0) steps[i - 1](part);
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + ample, &names, &part};
      auto found = co_await check->probe(ctx);
      out.push_back(std::move(found));
    }
    check.reset();
    server.stop();
  };
  asio::co_spawn(io, run_all(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run_for(ample * 2);
  CHECK(io.stopped());
  CHECK(server.open() == 0);
  REQUIRE(out.size() == steps.size() + 1);
  return out;
}

}  // namespace telltale::fakes
