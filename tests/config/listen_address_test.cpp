// Tests valid and invalid listen addresses; malformed/server.txt has the messages.
#include "config/listen_address.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace telltale;

TEST_CASE("listen_address: numeric addresses, localhost and socket paths are accepted") {
  for (auto good : {"127.0.0.1:9640", "0.0.0.0:0", "255.255.255.255:65535", "localhost:80", "[::]:9640", "[::1]:1",
                    "[2001:db8::1]:9640", "[::ffff:127.0.0.1]:80", "unix:/run/telltale.sock", "unix:/a b/ü:1"}) {
    INFO(std::string(good));
    CHECK_EQ(listen_address_problem(good).value_or("fine"), "fine");
  }
}

TEST_CASE("listen_address: localhost becomes a numeric address, so that no lookup is needed") {
  CHECK_EQ(numeric_listen_address("localhost:80"), "127.0.0.1:80");
  CHECK_EQ(numeric_listen_address("unix:/localhost:80"), "unix:/localhost:80");
  CHECK_EQ(numeric_listen_address("[::]:80"), "[::]:80");
}

TEST_CASE("listen_address: everything else is rejected with a sentence") {
  const std::string nul("unix:/a\0b", 9);
  const std::string host_nul("127.0.0.1\0:80", 13);
  for (const std::string& bad : std::vector<std::string>{"",
                                                         ":",
                                                         ":80",
                                                         "80",
                                                         "127.0.0.1",
                                                         "127.0.0.1:",
                                                         "127.0.0.1:-1",
                                                         "127.0.0.1:+1",
                                                         "127.0.0.1: 1",
                                                         "127.0.0.1:00",
                                                         "127.0.0.1:65536",
                                                         "127.0.0.1:99999999999999999999",
                                                         "127.0.0.256:1",
                                                         "127.0.0.01:1",
                                                         "0x7f.0.0.1:1",
                                                         "[::1]",
                                                         "[::1]:",
                                                         "[]:1",
                                                         "[::1:1",
                                                         "::1]:1",
                                                         "[fe80::1%eth0]:1",
                                                         "[127.0.0.1]:1",
                                                         "LOCALHOST:1",
                                                         "host:1",
                                                         "*:1",
                                                         "unix:",
                                                         "unix:a",
                                                         "unix:/",
                                                         "unix://",
                                                         "unix:@a",
                                                         "http://localhost:1",
                                                         "/run/a",
                                                         " 127.0.0.1:1",
                                                         "127.0.0.1:1 ",
                                                         nul,
                                                         host_nul}) {
    INFO(bad);
    CHECK(listen_address_problem(bad).has_value());
  }
}

TEST_CASE("listen_address: a socket path must fit into sockaddr_un") {
  CHECK_FALSE(listen_address_problem("unix:/" + std::string(106, 'a')));
  CHECK(listen_address_problem("unix:/" + std::string(107, 'a')));
}
