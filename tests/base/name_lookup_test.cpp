// Tests address lookups. Names that need a name server are tested elsewhere, with a fake resolver.
#include "base/name_lookup.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>

using namespace telltale;
using namespace std::chrono_literals;

TEST_CASE("name_lookup: numeric addresses need no resolver") {
  const auto v4 = numeric_addresses("127.0.0.1", 80);
  REQUIRE(v4.size() == 1);
  CHECK(v4[0].family() == AF_INET);
  CHECK(reinterpret_cast<const sockaddr_in*>(v4[0].get())->sin_port == htons(80));
  CHECK(numeric_addresses("::1", 80).at(0).family() == AF_INET6);
  CHECK(numeric_addresses("localhost", 80).empty());
}

TEST_CASE("name_lookup: localhost resolves from /etc/hosts, with and without a deadline") {
  for (const auto& found :
       {look_up("localhost", 80), look_up_until("localhost", 80, std::chrono::steady_clock::now() + 20s)}) {
    CHECK(found.error == "");
    CHECK_FALSE(found.addresses.empty());
  }
}

TEST_CASE("name_lookup: a failed lookup is explained in a sentence") {
  const std::string host = "no such name";  // contains a blank, so no name server is queried
  for (const auto& found : {look_up(host, 80), look_up_until(host, 80, std::chrono::steady_clock::now() + 20s)}) {
    CHECK(found.addresses.empty());
    CHECK(found.error.starts_with("no such name does not resolve: "));
  }
}

TEST_CASE("name_lookup: the lookup returns at the deadline") {
  const auto found = look_up_until("name.invalid", 80, std::chrono::steady_clock::now() - 1s);
  CHECK(found.addresses.empty());
  CHECK(found.error.starts_with("name.invalid does not resolve"));
}
