// Tests a reload while checks run: what is kept, dropped and rebuilt.
#include "scheduler/scheduler_world.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

using namespace telltale;
using namespace telltale::fakes;
using namespace std::chrono_literals;

TEST_CASE("scheduler: a change keeps the state of a kept check under its new number") {
  world w(with({fakes::check_named("a"), fakes::check_named("b")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 2; });
  memory kept;
  kept.set("inode", 42);
  w.pool.answer(outcome::pass("a is fine"));
  w.pool.answer(outcome::pass("b is fine"), kept);
  w.listener.runs.clear();

  const auto next = with({fakes::check_named("b"), fakes::check_named("c")});
  w.sched.change(next, {1, std::nullopt}, w.refused);
  CHECK(w.pool.removed == std::vector<worker_pool::task_id>{0});
  REQUIRE(w.pool.tasks.size() == 3);
  w.until([&] { return w.pool.runs.size() == 2; });
  for (auto& run : std::exchange(w.pool.runs, {})) {
    CHECK((run.task == 1 || run.task == 2));
    CHECK((run.memory == kept) == (run.task == 1));
    run.done({outcome::pass(run.task == 1 ? "b" : "c"), {}, {}, {}});
  }
  REQUIRE(w.listener.runs.size() == 2);
  for (const auto& [check, found] : w.listener.runs) CHECK(found.message == (check == 0 ? "b" : "c"));
}

TEST_CASE("scheduler: a run that ends after a change is reported for its own check or dropped") {
  world w(with({fakes::check_named("a"), fakes::check_named("b")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 2; });
  w.sched.change(with({fakes::check_named("b")}), {1}, w.refused);
  w.pool.answer(outcome::fail(reason::full, "a"));
  CHECK(w.listener.runs.empty());
  w.pool.answer(outcome::pass("b"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].first == 0);
  CHECK(w.listener.runs[0].second.message == "b");
}

TEST_CASE("scheduler: a change that fails changes nothing") {
  const auto type = network_type(
      [](const raw_value&) -> std::shared_ptr<async_check> { throw std::runtime_error("the secret cannot be read"); });
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.sched.change(with({fakes::check_named("b"), fakes::check_named("ws", type)}), {std::nullopt, std::nullopt},
                 w.refused);
  CHECK(w.refused.list().size() == 1);
  CHECK(w.pool.tasks.size() == 1);
  CHECK(w.pool.removed.empty());
  w.until([&] { return w.pool.runs.size() == 1; });
  w.pool.answer(outcome::pass("a"));
  CHECK(w.listener.runs.size() == 1);
}

TEST_CASE("scheduler: a change rebuilds a network check, and its old probe still blocks a new run") {
  int built = 0;
  const auto type = network_type([&](const raw_value&) {
    ++built;
    return std::make_shared<endless_check>();
  });
  world w(with({fakes::check_named("ws", type)}));
  w.sched.start();
  w.until([&] { return w.listener.runs.size() == 1; });
  CHECK(w.listener.runs[0].second.reason == reason::timeout);
  w.sched.change(with({fakes::check_named("ws", type)}), {0}, w.refused);
  CHECK(built == 2);
  w.until([&] { return w.listener.runs.size() == 2; });
  CHECK(w.listener.runs[1].second.reason == reason::stuck);
}

TEST_CASE("scheduler: a kept network check continues from its predecessor, another does not") {
  struct heir : endless_check {
    void continue_from(const async_check& before) override { predecessor = &before; }
    const async_check* predecessor = nullptr;
  };
  std::vector<std::shared_ptr<heir>> built;
  const auto type = network_type([&](const raw_value&) { return built.emplace_back(std::make_shared<heir>()); });
  world w(with({fakes::check_named("a", type)}));
  w.sched.change(with({fakes::check_named("b", type), fakes::check_named("a", type)}), {std::nullopt, 0}, w.refused);
  REQUIRE(built.size() == 3);
  CHECK(built[0]->predecessor == nullptr);
  CHECK(built[1]->predecessor == nullptr);
  CHECK(built[2]->predecessor == built[0].get());
}

TEST_CASE("scheduler: a removed slow check is awaited before another one runs") {
  auto type = fakes::blocking_fake();
  type.cadence.slow = true;
  world w(with({fakes::check_named("a", type)}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  auto under_way = std::move(w.pool.runs.front());
  w.pool.runs.clear();
  w.sched.change(with({fakes::check_named("b", type)}), {std::nullopt}, w.refused);
  for (int i = 0; i < 8; ++i) w.io.run_one_for(50ms);
  CHECK(w.pool.runs.empty());
  under_way.done({outcome::pass("intact"), {}, {}, {}});
  w.until([&] { return w.pool.runs.size() == 1; });
  CHECK(w.pool.runs[0].task == 1);
  CHECK(w.listener.runs.empty());  // nobody asks for the result of the removed one
}

namespace {

/// Passes with the message of its blocking part.
struct asking_check : async_check {
  asio::awaitable<outcome> probe(async_context ctx) override {
    REQUIRE(ctx.part);
    co_return co_await ctx.part->run(ctx.deadline);
  }
};

}  // namespace

TEST_CASE("scheduler: a network check runs its blocking part in a worker, and the part ends with the check") {
  auto type = network_type([](const raw_value&) { return std::make_shared<asking_check>(); });
  type.make_blocking = [](const raw_value&) -> std::unique_ptr<blocking_check> { return nullptr; };
  auto conf = with({fakes::check_named("site", type)});
  conf.checks[0].settings.timeout = 10s;
  world w(conf);
  REQUIRE(w.pool.tasks.size() == 1);
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  CHECK(w.pool.runs[0].task == 0);
  w.pool.answer(outcome::pass("read"));
  w.until([&] { return w.listener.runs.size() == 1; });
  CHECK(w.listener.runs[0].second == outcome::pass("read"));
  w.sched.change(conf, {0}, w.refused);
  CHECK(w.pool.tasks.size() == 1);
  w.sched.change(with({}), {}, w.refused);
  CHECK(w.pool.removed == std::vector<worker_pool::task_id>{0});
}
