// Tests that an asynchronous run reports exactly one outcome, whatever the probe does.
#include "scheduler/async_run.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fakes/fake_worker_pool.hpp"

using namespace telltale;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Waits for a while, optionally ignoring cancellation, then passes or throws.
struct slow_check : async_check {
  slow_check(std::chrono::milliseconds wait, bool deaf, bool throws) : wait_(wait), deaf_(deaf), throws_(throws) {}
  asio::awaitable<outcome> probe(async_context ctx) override {
    if (deaf_) co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    asio::steady_timer timer(ctx.executor, wait_);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (throws_) throw std::runtime_error("broken");
    co_return outcome::pass("done");
  }
  std::chrono::milliseconds wait_;
  bool deaf_, throws_;
};

struct told {
  int answers = 0;
  int ends = 0;
  outcome found;
  bool ended_before_answer = false;
};

told play(std::chrono::milliseconds wait, bool deaf, bool throws, std::chrono::milliseconds timeout) {
  asio::io_context io;
  fakes::no_names names;
  told out;
  run_async(
      io, std::make_shared<slow_check>(wait, deaf, throws), timeout, names, nullptr,
      [&](run_report report) {
        ++out.answers;
        out.found = report.outcome;
      },
      [&] {
        ++out.ends;
        out.ended_before_answer = out.answers == 0;
      });
  CHECK(out.answers == 0);
  io.run();
  return out;
}

}  // namespace

TEST_CASE("async run: the probe's own outcome is reported") {
  const auto t = play(1ms, false, false, 1s);
  CHECK(t.answers == 1);
  CHECK(t.ends == 1);
  CHECK(t.found == outcome::pass("done"));
}

TEST_CASE("async run: an exception is an internal failure with its message") {
  const auto t = play(1ms, false, true, 1s);
  CHECK(t.answers == 1);
  CHECK(t.found == outcome::fail(reason::internal, "the check threw: broken"));
}

TEST_CASE("async run: a probe that overruns times out, is cancelled, and ends") {
  const auto t = play(60s, false, false, 10ms);
  CHECK(t.answers == 1);
  CHECK(t.ends == 1);
  CHECK(t.found == outcome::fail(reason::timeout, "no answer within 10 ms"));
  CHECK_FALSE(t.ended_before_answer);
}

TEST_CASE("async run: a probe that ignores cancellation times out, and its late result is dropped") {
  const auto t = play(300ms, true, false, 10ms);
  CHECK(t.answers == 1);
  CHECK(t.ends == 1);
  CHECK(t.found.reason == reason::timeout);
}

TEST_CASE("async run: destroying the io_context during a run leaks nothing") {
  fakes::no_names names;
  int answers = 0;
  {
    asio::io_context io;
    run_async(
        io, std::make_shared<slow_check>(60s, false, false), 50s, names, nullptr, [&](run_report) { ++answers; },
        [] {});
    io.poll();
  }
  CHECK(answers == 0);
}
