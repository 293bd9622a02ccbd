// Tests the sharing of name lists between checks.
#include "snapshot/shared_names.hpp"

#include <doctest/doctest.h>

using namespace telltale;

namespace {

kept_measurements of(const std::string& name) {
  kept_measurements out;
  out.assign({{name, 1}});
  return out;
}

}  // namespace

TEST_CASE("shared names: equal lists become one") {
  shared_names names;
  auto a = of("x");
  auto b = of("x");
  auto c = of("y");
  for (auto* one : {&a, &b, &c}) names.share(*one);
  CHECK(a.names() == b.names());
  CHECK(c.names() != a.names());
  CHECK(b.name(0) == "x");
  kept_measurements none;
  names.share(none);
  CHECK(none.names() == nullptr);
}

TEST_CASE("shared names: a check whose names always change fills nothing, and used lists are still shared") {
  shared_names names;
  auto steady = of("steady");
  names.share(steady);
  for (int i = 0; i < 1000; ++i) {
    auto other = of("n" + std::to_string(i));
    names.share(other);
  }
  auto again = of("steady");
  names.share(again);
  CHECK(again.names() == steady.names());
}

TEST_CASE("shared names: lists beyond the limit stay with their checks") {
  shared_names names;
  std::vector<kept_measurements> held;
  for (std::size_t i = 0; i < shared_names::most + 5; ++i) {
    held.push_back(of("n" + std::to_string(i)));
    names.share(held.back());
  }
  CHECK(held.front().names().use_count() == 2);
  CHECK(held.back().names().use_count() == 1);
  CHECK(held.back().name(0) == "n" + std::to_string(shared_names::most + 4));
}
