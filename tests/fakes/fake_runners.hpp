// Runners without processes and coroutines: they record what is started, and the test completes it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runner/runner_factory.hpp"

namespace telltale::fakes {

class fake_runners final : public runner_factory {
 public:
  struct asked {
    std::size_t runner;  ///< numbered as they were made
    std::chrono::milliseconds timeout;
    check_runner::run_done done;
  };

  std::unique_ptr<check_runner> make(const check_config& check) override {
    if (check.settings.name == unbuildable) throw std::runtime_error("the secret cannot be read");
    return std::make_unique<fake_runner>(*this, made++);
  }
  worker_counts counts() const override { return {}; }
  void stop() override {}

  /// Completes the oldest pending run.
  void answer(outcome found) {
    auto run = std::move(runs.front());
    runs.erase(runs.begin());
    run.done({std::move(found), {}, {}, {}});
  }

  std::size_t made = 0;
  std::chrono::microseconds start_time{0};  ///< that starting a run takes of the loop
  std::string unbuildable;                  ///< the name of a check that cannot be built
  std::vector<asked> runs;                  ///< pending, the oldest first
  std::vector<std::size_t> removed;         ///< runners that were destroyed without a successor

 private:
  /// Takes over its predecessor's number, so that a kept check has one number.
  class fake_runner final : public check_runner {
   public:
    fake_runner(fake_runners& owner, std::size_t number) : owner_(owner), number_(number) {}
    ~fake_runner() override {
      if (!number_) return;
      owner_.removed.push_back(*number_);
      std::erase_if(owner_.runs, [this](const asked& run) { return run.runner == *number_; });
    }
    void start(std::chrono::milliseconds timeout, run_done done) override {
      for (const auto end = boot_clock::now() + owner_.start_time; boot_clock::now() < end;) continue;
      owner_.runs.push_back({*number_, timeout, std::move(done)});
    }
    void continue_from(check_runner& before) override {
      number_ = std::exchange(dynamic_cast<fake_runner&>(before).number_, std::nullopt);
    }
    bool coalesces() const override { return true; }

   private:
    fake_runners& owner_;
    std::optional<std::size_t> number_;
  };
};

}  // namespace telltale::fakes
