#include "routes/metrics_cache.hpp"

#include <doctest/doctest.h>

using telltale::metrics_cache;
using namespace std::chrono_literals;

namespace {

struct bench {
  metrics_cache::clock::time_point now{};
  metrics_cache cache{[this] { return now; }};
  telltale::snapshot_ptr snap = std::make_shared<telltale::snapshot>();
  int made = 0;

  std::string ask(std::chrono::milliseconds cost = 0ms, metrics_cache::form which = metrics_cache::text) {
    return *cache.get(which, snap, [&] {
      now += cost;
      return std::to_string(++made);
    });
  }
};

}  // namespace

TEST_CASE("metrics_cache: the same bytes within a tick, then new ones") {
  bench b;
  CHECK(b.ask() == "1");
  b.now += metrics_cache::tick - 1ms;
  CHECK(b.ask() == "1");
  b.now += 1ms;
  CHECK(b.ask() == "2");
}

TEST_CASE("metrics_cache: expensive bodies are kept longer, so that rendering never exceeds its share") {
  bench b;
  CHECK(b.ask(400ms) == "1");
  b.now += 400ms * metrics_cache::share - 1ms;
  CHECK(b.ask(400ms) == "1");
  b.now += 1ms;
  CHECK(b.ask(400ms) == "2");
}

TEST_CASE("metrics_cache: another snapshot is rendered at once, unless rendering takes too much time") {
  bench b;
  CHECK(b.ask(2ms) == "1");
  b.snap = std::make_shared<telltale::snapshot>();
  b.now += 2ms * metrics_cache::share - 1ms;
  CHECK(b.ask(2ms) == "1");
  b.now += 1ms;
  CHECK(b.ask(2ms) == "2");
}

TEST_CASE("metrics_cache: each format has its own bytes") {
  bench b;
  CHECK(b.ask(0ms, metrics_cache::text) == "1");
  CHECK(b.ask(0ms, metrics_cache::text_gzip) == "2");
  CHECK(b.ask(0ms, metrics_cache::text) == "1");
}

TEST_CASE("metrics_cache: the bytes of a snapshot are never returned for a later one, not even at the same address") {
  bench b;
  CHECK(b.ask() == "1");
  b.snap = nullptr;
  b.snap = std::make_shared<telltale::snapshot>();
  CHECK(b.ask() == "2");
}

TEST_CASE("metrics_cache: a failure is not cached") {
  bench b;
  CHECK_THROWS_AS(b.cache.get(metrics_cache::text, b.snap, []() -> std::string { throw std::bad_alloc(); }),
                  std::bad_alloc);
  CHECK(b.ask() == "1");
}
