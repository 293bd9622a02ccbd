#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "routes/body_cache.hpp"

using namespace telltale;

TEST_CASE("body cache: a body is made once for each key, and never confused with another") {
  const auto picture = fakes::mixed_picture().take();
  body_cache cache;
  int made = 0;
  std::vector<body_key> keys;
  for (const picture_subject of :
       {picture_subject(gate::live), picture_subject(gate::ready), picture_subject(gate::startup), all_checks})
    for (const auto form : {body_form::json, body_form::text})
      for (const auto level : {details::full, details::names, details::none}) keys.push_back({of, form, level});
  for (int round = 0; round < 2; ++round)
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto body = cache.get(picture, keys[i], [&] { return ++made, std::to_string(i); });
      CHECK(*body == std::to_string(i));
    }
  CHECK(made == static_cast<int>(keys.size()));
}

TEST_CASE("body cache: the next picture gets bodies of its own, while old ones stay with who holds them") {
  body_cache cache;
  const auto first = cache.get(fakes::mixed_picture().take(), {}, [] { return "old"; });
  const auto second = cache.get(fakes::mixed_picture().take(), {}, [] { return "new"; });
  CHECK(*first == "old");
  CHECK(*second == "new");
}

TEST_CASE("body cache: a picture is not held, and its bodies are tidied away when it is gone") {
  body_cache cache;
  auto picture = fakes::mixed_picture().take();
  const std::weak_ptr<const snapshot> seen = picture;
  const std::weak_ptr<const std::string> body = cache.get(picture, {}, [] { return "of it"; });
  CHECK_FALSE(cache.tidy());
  CHECK_FALSE(body.expired());
  picture = nullptr;
  CHECK(seen.expired());
  CHECK(cache.tidy());
  CHECK(body.expired());
}

TEST_CASE("body cache: bodies of an older picture of the same subject are let go, and those of another stay") {
  body_cache cache;
  const auto picture = fakes::mixed_picture().take();
  std::weak_ptr<const std::string> old = cache.get(picture, {gate::ready}, [] { return "old"; });
  std::weak_ptr<const std::string> other = cache.get(picture, {gate::live}, [] { return "other"; });
  CHECK_FALSE(old.expired());
  cache.get(fakes::mixed_picture().take(), {gate::ready, body_form::text, details::none}, [] { return "new"; });
  CHECK(old.expired());
  CHECK_FALSE(other.expired());
  CHECK(*cache.get(picture, {gate::live}, [] { return "again"; }) == "other");
}
