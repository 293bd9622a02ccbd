#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "routes/body_cache.hpp"

using namespace telltale;

TEST_CASE("body cache: a body is rendered once per key, and keys are not confused") {
  const auto snap = fakes::mixed_snapshot().take();
  body_cache cache;
  int made = 0;
  std::vector<body_key> keys;
  for (const snapshot_subject of :
       {snapshot_subject(gate::live), snapshot_subject(gate::ready), snapshot_subject(gate::startup), all_checks})
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

TEST_CASE("body cache: a snapshot is not held, and its bodies are dropped when it has expired") {
  body_cache cache;
  auto snap = fakes::mixed_snapshot().take();
  const std::weak_ptr<const snapshot> seen = snap;
  const std::weak_ptr<const std::string> body = cache.get(snap, {}, [] { return "of it"; });
  CHECK_FALSE(cache.drop_expired());
  CHECK_FALSE(body.expired());
  snap = nullptr;
  CHECK(seen.expired());
  CHECK(cache.drop_expired());
  CHECK(body.expired());
}

TEST_CASE("body cache: bodies of an older snapshot of the same subject are dropped, and those of other subjects kept") {
  body_cache cache;
  const auto snap = fakes::mixed_snapshot().take();
  std::weak_ptr<const std::string> old = cache.get(snap, {gate::ready}, [] { return "old"; });
  std::weak_ptr<const std::string> other = cache.get(snap, {gate::live}, [] { return "other"; });
  CHECK_FALSE(old.expired());
  cache.get(fakes::mixed_snapshot().take(), {gate::ready, body_form::text, details::none}, [] { return "new"; });
  CHECK(old.expired());
  CHECK_FALSE(other.expired());
  CHECK(*cache.get(snap, {gate::live}, [] { return "again"; }) == "other");
}
