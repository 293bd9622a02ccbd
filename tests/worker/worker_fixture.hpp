// One worker over a fake process, with a clock that the test moves.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_job.hpp"
#include "fakes/fake_worker_process.hpp"
#include "worker/worker.hpp"

namespace telltale::test {

using namespace std::chrono_literals;
using namespace telltale::fakes;
using list = std::vector<std::string>;

struct worker_fixture {
  worker_fixture() { options.start_limit = 10s; }
  void be_ready() {
    process->ready();
    step([&] { w.on_event(now, news); });
    CHECK(news.ready);
    REQUIRE(w.state() == worker_state::idle);
  }
  void assign(const list& names, std::chrono::nanoseconds limit = 2s) {
    std::vector<job_ptr> jobs;
    for (const auto& name : names) {
      auto made = std::make_unique<fake_job>(of, name, limit);
      made->number = next_number++;
      made->submitted = now;
      jobs.push_back(std::move(made));
    }
    step([&] { w.assign(std::move(jobs), false, now, news); });
  }
  /// The worker does its next jobs, each in this time.
  void work(std::size_t count = 1, std::chrono::nanoseconds duration = 1ms) {
    for (; count > 0; --count) {
      process->begin();
      const auto began = now;
      now += duration;
      process->answer("done", began, duration);
    }
  }
  void on_event() {
    step([&] { w.on_event(now, news); });
  }
  void on_time() {
    step([&] { w.on_time(now, news); });
  }
  void end_with(exit_status how) {
    process->ended = how;
    on_event();
  }
  template <class Step>
  void step(Step go) {
    news = {};
    go();
  }
  const fake_job& done(std::size_t i = 0) const { return static_cast<const fake_job&>(*news.done.at(i)); }
  list sent() const {
    list out;
    for (const auto& each : process->queued) out.push_back(each.payload);
    return out;
  }

  loop_clock::time_point now{10'000s};
  std::uint64_t next_number = 1;
  std::shared_ptr<task> of = task_of(0ms);
  worker_pool_options options;
  std::shared_ptr<fake_process_state> process = std::make_shared<fake_process_state>();
  worker_news news;
  worker w{std::make_unique<fake_worker_process>(process), options, now};
};

}  // namespace telltale::test
