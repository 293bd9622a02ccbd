#include <doctest/doctest.h>

#include "fakes/gunzip.hpp"
#include "routes/gzip.hpp"

using namespace telltale;

TEST_CASE("gzip: any bytes round-trip") {
  std::string noise;
  for (unsigned i = 0, state = 1; i < 100'000; ++i)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  for (const auto& body : {std::string(), std::string("x"), std::string(1'000'000, 'a'), noise}) {
    CAPTURE(body.size());
    CHECK(fakes::gunzip(gzip(body)) == body);
  }
}

TEST_CASE("gzip: an exposition becomes much smaller") {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "telltale_check_up{check=\"c" + std::to_string(i) + "\"} 1\n";
  CHECK(gzip(body).size() * 5 < body.size());
}
