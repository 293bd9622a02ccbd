// Tests runs on the loop: each reports exactly one outcome, whatever the probe does, and none runs beside another.
#include "runner/loop_runner.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fakes/configs.hpp"
#include "fakes/fake_worker_pool.hpp"

using namespace telltale;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct probe_behaviour {
  std::chrono::milliseconds wait{0};
  bool ignores_cancellation = false;
  bool throws = false;
};

/// Waits for a while, then passes or throws.
struct scripted_check : async_check {
  explicit scripted_check(probe_behaviour chosen) : how(chosen) {}
  asio::awaitable<outcome> probe(async_context ctx) override {
    ++running;
    if (how.ignores_cancellation) co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    asio::steady_timer timer(ctx.executor, how.wait);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    --running;
    if (how.throws) throw std::runtime_error("broken");
    co_return outcome::pass("done");
  }
  void continue_from(const async_check& before) override { predecessor = &before; }
  probe_behaviour how;
  int running = 0;
  const async_check* predecessor = nullptr;
};

struct fixture {
  explicit fixture(probe_behaviour how) : type(type_of(how)), check(fakes::check_named("site", type)) {}

  check_type type_of(probe_behaviour how) {
    check_type out;
    out.name = "websocket";
    out.make_async = [this, how](const raw_value&) {
      return built.emplace_back(std::make_shared<scripted_check>(how));
    };
    return out;
  }
  std::unique_ptr<check_runner> make() { return make_loop_runner(io, pool, names, check); }
  void start(check_runner& runner, std::chrono::milliseconds timeout) {
    const auto before = got.size();
    runner.start(timeout, [this](run_report report) { got.push_back(std::move(report.outcome)); });
    CHECK(got.size() == before);
  }
  /// Runs the loop until so many outcomes were reported; the limit only catches a hang.
  void until(std::size_t outcomes) {
    const auto limit = std::chrono::steady_clock::now() + 30s;
    io.restart();
    while (got.size() < outcomes && std::chrono::steady_clock::now() < limit) io.run_one_for(1s);
    REQUIRE(got.size() == outcomes);
  }

  std::vector<std::shared_ptr<scripted_check>> built;
  asio::io_context io;
  fakes::fake_worker_pool pool;
  fakes::no_names names;
  check_type type;
  check_config check;
  std::vector<outcome> got;
};

/// Runs one probe to its end.
std::vector<outcome> play(probe_behaviour how, std::chrono::milliseconds timeout) {
  fixture f(how);
  const auto runner = f.make();
  f.start(*runner, timeout);
  f.io.run();
  CHECK(f.built.at(0)->running == 0);
  return f.got;
}

const auto late = outcome::fail(reason::timeout, "no answer within 10 ms");

}  // namespace

TEST_CASE("loop runner: the probe's own outcome is reported") {
  CHECK(play({.wait = 1ms}, 60s) == std::vector{outcome::pass("done")});
}

TEST_CASE("loop runner: an exception is an internal failure with its message") {
  CHECK(play({.wait = 1ms, .throws = true}, 60s) ==
        std::vector{outcome::fail(reason::internal, "the check threw: broken")});
}

TEST_CASE("loop runner: a probe that overruns times out, is cancelled, and ends") {
  CHECK(play({.wait = 60s}, 10ms) == std::vector{late});
}

TEST_CASE("loop runner: a probe that ignores cancellation times out, and its late result is dropped") {
  CHECK(play({.wait = 300ms, .ignores_cancellation = true}, 10ms) == std::vector{late});
}

TEST_CASE("loop runner: while a probe has not ended, further runs are stuck, then it runs again") {
  fixture f({.wait = 400ms, .ignores_cancellation = true});
  const auto runner = f.make();
  f.start(*runner, 10ms);
  f.until(1);
  CHECK(f.got[0] == late);
  f.start(*runner, 10ms);
  f.until(2);
  CHECK(f.got[1].reason == reason::stuck);
  CHECK(f.got[1].message.starts_with("an earlier run has not ended for "));
  f.io.restart();
  f.io.run();
  CHECK(f.built.at(0)->running == 0);
  f.built.at(0)->how = {};
  f.start(*runner, 60s);
  f.until(3);
  CHECK(f.got[2] == outcome::pass("done"));
}

TEST_CASE("loop runner: a probe that ends while a stuck run is being reported does not take its place") {
  fixture f({.wait = 200ms, .ignores_cancellation = true});
  const auto runner = f.make();
  f.start(*runner, 10ms);
  f.until(1);
  std::this_thread::sleep_for(300ms);  // now its timer has expired as well
  f.start(*runner, 10ms);
  f.io.restart();
  f.io.run();
  REQUIRE(f.got.size() == 2);
  CHECK(f.got[1].reason == reason::stuck);
}

TEST_CASE("loop runner: the run of a removed check is dropped and cancelled") {
  fixture f({.wait = 60s});
  auto runner = f.make();
  f.start(*runner, 50s);
  f.io.poll();
  CHECK(f.built.at(0)->running == 1);
  runner = nullptr;
  f.io.restart();
  f.io.run();  // would take a minute
  CHECK(f.built.at(0)->running == 0);
  CHECK(f.got.empty());
}

TEST_CASE("loop runner: a stuck run of a removed check is not reported") {
  fixture f({.wait = 300ms, .ignores_cancellation = true});
  auto runner = f.make();
  f.start(*runner, 10ms);
  f.until(1);
  f.start(*runner, 10ms);
  runner = nullptr;
  f.io.restart();
  f.io.run();
  CHECK(f.got.size() == 1);
}

TEST_CASE("loop runner: after a reload the check is another one, and the earlier probe still blocks a new run") {
  fixture f({.wait = 400ms, .ignores_cancellation = true});
  auto runner = f.make();
  f.start(*runner, 10ms);
  auto next = f.make();
  next->continue_from(*runner);
  runner = std::move(next);
  f.until(1);
  CHECK(f.got[0] == late);  // of the run in progress
  f.start(*runner, 10ms);
  f.until(2);
  CHECK(f.got[1].reason == reason::stuck);
  REQUIRE(f.built.size() == 2);
  CHECK(f.built[1]->predecessor == f.built[0].get());
  CHECK(f.built[1]->running == 0);
}

TEST_CASE("loop runner: a check that cannot be built is named") {
  fixture f({});
  f.type.make_async = [](const raw_value&) -> std::shared_ptr<async_check> {
    throw std::runtime_error("cannot read the secret in /nowhere: No such file or directory");
  };
  CHECK_THROWS_WITH_AS(f.make(), "check 'site': cannot read the secret in /nowhere: No such file or directory",
                       std::runtime_error);
  CHECK(f.pool.tasks.empty());
}

TEST_CASE("loop runner: destroying the io_context during a run leaks nothing") {
  int answers = 0;
  {
    fixture f({.wait = 60s});
    const auto runner = f.make();
    runner->start(50s, [&](run_report) { ++answers; });
    f.io.poll();
  }
  CHECK(answers == 0);
}

namespace {

/// Passes with the message of its blocking part.
struct asking_check : async_check {
  asio::awaitable<outcome> probe(async_context ctx) override {
    REQUIRE(ctx.part);
    co_return co_await ctx.part->run(ctx.deadline);
  }
};

struct part_fixture : fixture {
  part_fixture() : fixture({}) {
    type.make_async = [](const raw_value&) { return std::make_shared<asking_check>(); };
    type.make_blocking = [](const raw_value&) -> std::unique_ptr<blocking_check> { return nullptr; };
  }
};

}  // namespace

TEST_CASE("loop runner: the blocking part runs in a worker, is kept at a reload, and is removed with the check") {
  part_fixture f;
  auto runner = f.make();
  REQUIRE(f.pool.tasks.size() == 1);
  f.start(*runner, 60s);
  f.io.poll();
  REQUIRE(f.pool.runs.size() == 1);
  auto next = f.make();
  next->continue_from(*runner);
  runner = std::move(next);
  CHECK(f.pool.removed == std::vector<worker_pool::task_id>{1});
  f.pool.answer(outcome::pass("read"));
  f.until(1);
  CHECK(f.got[0] == outcome::pass("read"));
  f.start(*runner, 60s);
  f.io.poll();
  REQUIRE(f.pool.runs.size() == 1);
  CHECK(f.pool.runs[0].task == 0);
  runner = nullptr;
  CHECK(f.pool.removed == std::vector<worker_pool::task_id>{1, 0});
  f.io.restart();
  f.io.run();  // the probe is cancelled
  f.pool.answer(outcome::pass("late"));
  CHECK(f.got.size() == 1);
}
