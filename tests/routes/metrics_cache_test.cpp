#include "routes/metrics_cache.hpp"

#include <doctest/doctest.h>

using telltale::metrics_cache;
using namespace std::chrono_literals;

namespace {

struct bench {
  metrics_cache::clock::time_point now{};
  metrics_cache cache{[this] { return now; }};
  telltale::snapshot_ptr picture = std::make_shared<telltale::snapshot>();
  int made = 0;

  std::string ask(std::chrono::milliseconds cost = 0ms, metrics_cache::form which = metrics_cache::text) {
    return *cache.get(which, picture, [&] {
      now += cost;
      return std::to_string(++made);
    });
  }
};

}  // namespace

TEST_CASE("metrics_cache: the same bytes for a tick, then new ones") {
  bench b;
  CHECK(b.ask() == "1");
  b.now += metrics_cache::tick - 1ms;
  CHECK(b.ask() == "1");
  b.now += 1ms;
  CHECK(b.ask() == "2");
}

TEST_CASE("metrics_cache: what costs much is kept for longer, so that it never costs more than its share") {
  bench b;
  CHECK(b.ask(400ms) == "1");
  b.now += 400ms * metrics_cache::share - 1ms;
  CHECK(b.ask(400ms) == "1");
  b.now += 1ms;
  CHECK(b.ask(400ms) == "2");
}

TEST_CASE("metrics_cache: another picture is written at once, unless writing takes up too much time") {
  bench b;
  CHECK(b.ask(2ms) == "1");
  b.picture = std::make_shared<telltale::snapshot>();
  b.now += 2ms * metrics_cache::share - 1ms;
  CHECK(b.ask(2ms) == "1");
  b.now += 1ms;
  CHECK(b.ask(2ms) == "2");
}

TEST_CASE("metrics_cache: each form has bytes of its own") {
  bench b;
  CHECK(b.ask(0ms, metrics_cache::text) == "1");
  CHECK(b.ask(0ms, metrics_cache::text_gzip) == "2");
  CHECK(b.ask(0ms, metrics_cache::text) == "1");
}

TEST_CASE("metrics_cache: what is old is let go") {
  bench b;
  std::weak_ptr<const std::string> bytes =
      b.cache.get(metrics_cache::text, b.picture, [] { return std::string("old"); });
  CHECK_FALSE(b.cache.tidy());
  CHECK_FALSE(bytes.expired());
  b.now += metrics_cache::tick;
  CHECK(b.cache.tidy());
  CHECK(bytes.expired());
}

TEST_CASE("metrics_cache: a picture is not held, and what was written of it is not taken for another's") {
  bench b;
  const std::weak_ptr<const telltale::snapshot> seen = b.picture;
  CHECK(b.ask() == "1");
  b.picture = nullptr;
  CHECK(seen.expired());
  b.picture = std::make_shared<telltale::snapshot>();
  CHECK(b.ask() == "2");
}

TEST_CASE("metrics_cache: a failure is not kept") {
  bench b;
  CHECK_THROWS_AS(b.cache.get(metrics_cache::text, b.picture, []() -> std::string { throw std::bad_alloc(); }),
                  std::bad_alloc);
  CHECK(b.ask() == "1");
}
