#include "http_server/head_cache.hpp"

#include <doctest/doctest.h>

#include <string>

using telltale::head_cache;
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

TEST_CASE("head cache: exactly the stored bytes are found, whatever follows them") {
  head_cache heads;
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

TEST_CASE("head cache: the oldest entry is replaced and the number is limited") {
  head_cache heads;
  for (std::size_t i = 0; i <= head_cache::capacity; ++i) {
    const auto target = "/" + std::to_string(i);
    heads.remember(head_for(target), parsed(target));
  }
  CHECK(heads.find(head_for("/0")) == nullptr);
  for (std::size_t i = 1; i <= head_cache::capacity; ++i) {
    const auto target = "/" + std::to_string(i);
    const auto* known = heads.find(head_for(target));
    REQUIRE(known != nullptr);
    CHECK(known->head.target == target);
  }
}

TEST_CASE("head cache: heads with credentials and long heads are not stored") {
  head_cache heads;
  auto secret = parsed("/checks");
  secret.authorization = "Bearer letmein";
  heads.remember(head_for("/checks"), secret);
  CHECK(heads.find(head_for("/checks")) == nullptr);
  const auto longest = "/" + std::string(head_cache::longest, 'x');
  heads.remember(head_for(longest), parsed(longest));
  CHECK(heads.find(head_for(longest)) == nullptr);
}
