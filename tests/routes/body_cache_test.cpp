#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "routes/body_cache.hpp"

using namespace telltale;

TEST_CASE("body cache: a body is rendered once per key, and keys are not confused") {
  const auto snap = fakes::mixed_snapshot().take();
  body_cache cache;
  int made = 0;
  std::vector<body_key> keys;
  for (const std::optional<gate> of :
       {std::optional(gate::live), std::optional(gate::ready), std::optional(gate::startup), std::optional<gate>()})
    for (const auto form : {body_form::json, body_form::text})
      for (const auto level : {details::full, details::names, details::none}) keys.push_back({of, form, level});
  for (int round = 0; round < 2; ++round)
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto body = cache.get(snap, keys[i], [&] { return ++made, std::to_string(i); });
      CHECK(*body == std::to_string(i));
    }
  CHECK(made == static_cast<int>(keys.size()));
}

TEST_CASE("body cache: the next snapshot gets its own bodies, while held old ones stay valid") {
  body_cache cache;
  const auto first = cache.get(fakes::mixed_snapshot().take(), {}, [] { return "old"; });
  const auto second = cache.get(fakes::mixed_snapshot().take(), {}, [] { return "new"; });
  CHECK(*first == "old");
  CHECK(*second == "new");
}

TEST_CASE("body cache: the bodies of an older snapshot are dropped, whichever is rendered first") {
  body_cache cache;
  const std::weak_ptr<const std::string> ready =
      cache.get(fakes::mixed_snapshot().take(), {gate::ready}, [] { return "old"; });
  CHECK_FALSE(ready.expired());
  const auto next = fakes::mixed_snapshot().take();
  CHECK(*cache.get(next, {gate::live, body_form::text, details::none}, [] { return "new"; }) == "new");
  CHECK(ready.expired());
  CHECK(*cache.get(next, {gate::ready}, [] { return "newer"; }) == "newer");
}

TEST_CASE("body cache: a failure is not cached") {
  body_cache cache;
  const auto snap = fakes::mixed_snapshot().take();
  CHECK_THROWS_AS(cache.get(snap, {}, []() -> std::string { throw std::bad_alloc(); }), std::bad_alloc);
  CHECK(*cache.get(snap, {}, [] { return "made"; }) == "made");
}
