// The blocking part of an asynchronous check, run in worker processes.
#pragma once

#include <chrono>
#include <memory>

#include <telltale/async_check.hpp>

#include "runner/check_runner.hpp"

namespace telltale {

/// Runs a check for a coroutine, which may give up before the run has ended.
class worker_part final : public blocking_part {
 public:
  explicit worker_part(std::unique_ptr<check_runner> in_worker) : in_worker_(std::move(in_worker)) {}

  boost::asio::awaitable<outcome> run(std::chrono::steady_clock::time_point deadline) override;
  /// Removes the check. The part outlives it while the probe of the asynchronous check has not ended.
  void remove() { in_worker_ = nullptr; }

 private:
  struct pending_run;

  std::unique_ptr<check_runner> in_worker_;
  std::shared_ptr<pending_run> last_;
};

}  // namespace telltale
