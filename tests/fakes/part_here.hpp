// The blocking part of a network check without a worker: it runs at once, or says that it hangs.
#pragma once

#include <memory>

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

}  // namespace telltale::fakes
