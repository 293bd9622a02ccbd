#include "client/http_target.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include "client/addresses.hpp"

using namespace telltale;

TEST_CASE("http target: a URL without a path selects the gate, one with a path selects that path") {
  struct row {
    std::string_view url;
    gate g;
    http_target expected;
  };
  for (const auto& [url, g, expected] : {
           row{"http://127.0.0.1:9640",
               gate::ready,
               {false, "127.0.0.1", 9640, "", "/ready", "http://127.0.0.1:9640/ready", ""}},
           row{"http://localhost:1/",
               gate::live,
               {false, "localhost", 1, "", "/health", "http://localhost:1/health", ""}},
           row{"https://[::1]:2", gate::startup, {true, "::1", 2, "", "/startup", "https://[::1]:2/startup", ""}},
           row{"http://sidecar/readyz?verbose",
               gate::live,
               {false, "sidecar", 80, "", "/readyz?verbose", "http://sidecar:80/readyz?verbose", ""}},
           row{"unix:/run/t.sock", gate::ready, {false, "", 0, "/run/t.sock", "/ready", "unix:/run/t.sock /ready", ""}},
       }) {
    CAPTURE(url);
    CHECK(parse_target(url, g) == expected);
  }
}

TEST_CASE("http target: any other text is rejected with a message that does not contain it") {
  for (const std::string url :
       {"", "127.0.0.1:9640", "ftp://a", "ws://a", "http://", "http://user:hunter2@a", "unix:relative"}) {
    CAPTURE(url);
    std::string said;
    try {
      parse_target(url, gate::ready);
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    CHECK(!said.empty());
    CHECK(said.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("http target: the message names the rule that a URL violates") {
  struct row {
    std::string url, rule;
  };
  for (const auto& [url, rule] : {
           row{"127.0.0.1:9640", "; it starts with http:// or https://"},
           row{"localhost", "; it starts with http:// or https://"},
           row{"ftp://hunter2", "; it starts with http:// or https://"},
           row{"http://h:99999", "; expected a port from 1 to 65535"},
           row{"http://h:0/", "; expected a port from 1 to 65535"},
           row{"http://h:9x", "; expected a port from 1 to 65535"},
           row{"http://user:hunter2@h:9640", "; expected a URL without user name and password"},
           row{"http://[::1", "; the bracket behind the IPv6 address is missing, as in [::1]"},
           row{"http://h/a–b", "; in a URL '–' (not the ASCII '-') is written %E2%80%93"},
           row{"http://::1:9640", "; an IPv6 address stands in brackets, as in [::1]"},
           row{"http://$(H):9640", "; '$' cannot be part of a host - a host is a name or an IP address"},
       }) {
    CAPTURE(url);
    std::string said;
    try {
      parse_target(url, gate::ready);
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    CHECK(said ==
          "the URL of the sidecar must be like http://127.0.0.1:9640, https://[::1]:9640 or "
          "unix:/run/telltale.sock" +
              rule);
  }
}

TEST_CASE("http target: the address of a local sidecar is taken from its configuration") {
  auto target_of = [](std::string listen, bool tls = false) {
    server_settings server;
    server.listen = {std::move(listen), "127.0.0.1:1"};
    if (tls) server.tls.emplace();
    return local_target(server, gate::ready);
  };
  CHECK(target_of("0.0.0.0:9640").shown == "http://localhost:9640/ready");
  CHECK(target_of("[::]:9640").shown == "http://localhost:9640/ready");
  CHECK(target_of("10.0.0.5:80", true).shown == "https://10.0.0.5:80/ready");
  CHECK(target_of("unix:/run/t.sock").unix_path == "/run/t.sock");
  CHECK(!target_of("unix:/run/t.sock").tls);
  CHECK(target_of("unix:/run/t.sock", true).tls);
  CHECK_THROWS_AS(target_of("127.0.0.1:0"), std::runtime_error);
}

TEST_CASE("http target: for all addresses of the machine both loopback addresses are tried") {
  for (const std::string url : {"http://[::]:9640", "http://0.0.0.0:9640", "http://[::0]:9640/ready",
                                "http://[0:0:0:0:0:0:0:0]:9640/ready", "http://[::0.0.0.0]:9640"}) {
    CAPTURE(url);
    const auto target = parse_target(url, gate::ready);
    CHECK(target.shown == "http://localhost:9640/ready");
    const auto addresses = addresses_of(target, std::chrono::steady_clock::now());
    REQUIRE(addresses.size() == 2);
    CHECK(addresses[0].family() == AF_INET);
    CHECK(addresses[1].family() == AF_INET6);
  }
  CHECK(parse_target("http://10.0.0.0:9640", gate::ready).host == "10.0.0.0");
}

TEST_CASE("http target: a query without a path selects the gate") {
  CHECK(parse_target("http://127.0.0.1:9640?verbose", gate::ready).path == "/ready?verbose");
  CHECK(parse_target("http://127.0.0.1:9640/?exclude=db", gate::live).path == "/health?exclude=db");
  CHECK(parse_target("http://127.0.0.1:9640/readyz?verbose", gate::ready).path == "/readyz?verbose");
}

TEST_CASE("http target: the first address that serves gates is used") {
  server_settings server;
  server.listen = {"127.0.0.1:1", "127.0.0.1:2"};
  server.listen[0].serves = {served::metrics};
  CHECK(local_target(server, gate::ready).shown == "http://127.0.0.1:2/ready");
}
