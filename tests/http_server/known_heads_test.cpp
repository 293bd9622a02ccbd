#include "http_server/known_heads.hpp"

#include <doctest/doctest.h>

#include <string>

using telltale::known_heads;
using telltale::request_head;

namespace {

std::string head_for(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

request_head parsed(const std::string& target) {
  request_head out;
  out.method = "GET";
  out.target = target;
  return out;
}

}  // namespace

TEST_CASE("known_heads: exactly the bytes that were remembered are known, whatever follows them") {
  known_heads heads;
  const auto bytes = head_for("/ready");
  CHECK(heads.find(bytes) == nullptr);
  heads.remember(bytes, parsed("/ready"));
  const auto* known = heads.find(bytes + "GET /health");
  REQUIRE(known != nullptr);
  CHECK(known->head.target == "/ready");
  CHECK(known->bytes == bytes);
  CHECK(heads.find(bytes.substr(0, bytes.size() - 1)) == nullptr);
  CHECK(heads.find(head_for("/READY")) == nullptr);
  CHECK(heads.find("") == nullptr);
}

TEST_CASE("known_heads: the oldest is forgotten, the number is bounded") {
  known_heads heads;
  for (std::size_t i = 0; i <= known_heads::capacity; ++i) {
    const auto target = "/" + std::to_string(i);
    heads.remember(head_for(target), parsed(target));
  }
  CHECK(heads.find(head_for("/0")) == nullptr);
  for (std::size_t i = 1; i <= known_heads::capacity; ++i) {
    const auto target = "/" + std::to_string(i);
    const auto* known = heads.find(head_for(target));
    REQUIRE(known != nullptr);
    CHECK(known->head.target == target);
  }
}

TEST_CASE("known_heads: credentials and long heads are not kept") {
  known_heads heads;
  auto secret = parsed("/checks");
  secret.authorization = "Bearer letmein";
  heads.remember(head_for("/checks"), secret);
  CHECK(heads.find(head_for("/checks")) == nullptr);
  const auto longest = "/" + std::string(known_heads::longest, 'x');
  heads.remember(head_for(longest), parsed(longest));
  CHECK(heads.find(head_for(longest)) == nullptr);
}
