// Tests runs in workers over a pool that the test controls.
#include "runner/process_runner.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "fakes/configs.hpp"
#include "fakes/fake_worker_pool.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

struct fixture {
  void start() {
    runner->start(3s, [this](run_report report) { got.push_back(std::move(report.outcome)); });
  }
  fakes::fake_worker_pool pool;
  check_config check = fakes::check_named("data");
  std::unique_ptr<check_runner> runner = make_process_runner(pool, check);
  std::vector<outcome> got;
};

memory one_entry() {
  memory out;
  out.set("inode", 42);
  return out;
}

}  // namespace

TEST_CASE("process runner: a run has the timeout, and its state is passed to the next run") {
  fixture f;
  REQUIRE(f.pool.tasks.size() == 1);
  CHECK(f.pool.tasks[0].type == "disk");
  f.start();
  REQUIRE(f.pool.runs.size() == 1);
  CHECK(f.pool.runs[0].timeout == 3s);
  CHECK(f.pool.runs[0].memory == memory{});
  f.pool.answer(outcome::pass("fine"), one_entry());
  CHECK(f.got == std::vector{outcome::pass("fine")});
  f.start();
  CHECK(f.pool.runs[0].memory == one_entry());
}

TEST_CASE("process runner: the run of a removed check is dropped") {
  fixture f;
  f.start();
  f.runner = nullptr;
  CHECK(f.pool.removed == std::vector<worker_pool::task_id>{0});
  f.pool.answer(outcome::pass("late"));
  CHECK(f.got.empty());
}

TEST_CASE("process runner: after a reload a run in progress is reported, and the state is kept") {
  fixture f;
  f.start();
  f.pool.answer(outcome::pass("fine"), one_entry());
  f.start();
  auto next = make_process_runner(f.pool, f.check);
  next->continue_from(*f.runner);
  f.runner = std::move(next);
  CHECK(f.pool.removed == std::vector<worker_pool::task_id>{1});  // that of the new runner, which keeps the old one
  f.pool.answer(outcome::pass("still fine"), one_entry());
  CHECK(f.got.size() == 2);
  f.start();
  REQUIRE(f.pool.runs.size() == 1);
  CHECK(f.pool.runs[0].task == 0);
  CHECK(f.pool.runs[0].memory == one_entry());
}
