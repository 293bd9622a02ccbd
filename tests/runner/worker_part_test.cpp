// Tests the blocking part of an async check over a pool that the test controls.
#include "runner/worker_part.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "fakes/configs.hpp"
#include "fakes/fake_worker_pool.hpp"
#include "runner/process_runner.hpp"

using namespace telltale;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct fixture {
  void ask(std::chrono::milliseconds limit) {
    asio::co_spawn(context, part->run(std::chrono::steady_clock::now() + limit),
                   [this](std::exception_ptr error, outcome found) {
                     REQUIRE(error == nullptr);
                     got.push_back(std::move(found));
                   });
    proceed();
  }
  void proceed() {
    context.restart();
    context.poll();
  }

  asio::io_context context;
  fakes::fake_worker_pool pool;
  std::unique_ptr<worker_part> part =
      std::make_unique<worker_part>(make_process_runner(pool, fakes::check_named("site")));
  std::vector<outcome> got;
};

}  // namespace

TEST_CASE("blocking part: the outcome of the worker is returned, each time") {
  fixture f;
  for (const char* said : {"one", "two"}) {
    f.ask(10s);
    REQUIRE(f.pool.runs.size() == 1);
    CHECK(f.pool.runs[0].timeout <= 10s);
    CHECK(f.pool.runs[0].timeout > 5s);
    f.pool.answer(outcome::pass(said));
    f.proceed();
    REQUIRE_FALSE(f.got.empty());
    CHECK(f.got.back() == outcome::pass(said));
  }
}

TEST_CASE("blocking part: without an outcome it fails at the deadline, and starts no second run meanwhile") {
  fixture f;
  f.ask(1ms);
  f.context.restart();
  f.context.run_for(5s);
  REQUIRE(f.got.size() == 1);
  CHECK(f.got[0].reason == reason::timeout);
  f.ask(10s);
  REQUIRE(f.got.size() == 2);
  CHECK(f.got[1].reason == reason::stuck);
  CHECK(f.pool.runs.size() == 1);
  f.pool.answer(outcome::pass("late"));
  f.ask(10s);
  CHECK(f.pool.runs.size() == 1);
  f.pool.answer(outcome::pass("in time"));
  f.proceed();
  CHECK(f.got.back() == outcome::pass("in time"));
}

TEST_CASE("blocking part: of a removed check it starts nothing") {
  fixture f;
  f.part->remove();
  CHECK(f.pool.removed.size() == 1);
  f.ask(10s);
  REQUIRE(f.got.size() == 1);
  CHECK(f.got[0].reason == reason::internal);
  CHECK(f.pool.runs.empty());
}

TEST_CASE("blocking part: destroying everything during a run leaks nothing") {
  fixture f;
  f.ask(10s);
  CHECK(f.got.empty());
}
