#include "app/permanent_failure.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace telltale;
using namespace std::chrono_literals;

TEST_CASE("permanent failure: only credentials, permissions and TLS are permanent at once") {
  for (const auto& row : reason_table) {
    CAPTURE(row.name);
    const bool wanted = row.value == reason::auth || row.value == reason::denied || row.value == reason::tls;
    CHECK(is_permanent(row.value, 0s) == wanted);
  }
}

TEST_CASE("permanent failure: a name may appear for ten seconds, other reasons for ever") {
  CHECK_FALSE(is_permanent(reason::dns, 9s));
  CHECK(is_permanent(reason::dns, 10s));
  CHECK_FALSE(is_permanent(reason::refused, 1h));
  CHECK_FALSE(is_permanent(reason::missing, 1h));
}
