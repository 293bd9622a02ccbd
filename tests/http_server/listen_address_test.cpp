#include "http_server/listen_address.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "config/listen_address.hpp"

using telltale::listen_address_problem;
using telltale::parse_listen_address;
using telltale::to_text;
using telltale::unix_path;
using tcp_endpoint = boost::asio::ip::tcp::endpoint;

TEST_CASE("listen_address: TCP addresses round-trip") {
  for (const std::string text : {"127.0.0.1:9640", "0.0.0.0:0", "[::]:9640", "[::1]:65535"}) {
    CAPTURE(text);
    const auto address = parse_listen_address(text);
    CHECK(address.text == text);
    CHECK(to_text(std::get<tcp_endpoint>(address.where)) == text);
  }
}

TEST_CASE("listen_address: a Unix socket is a path") {
  CHECK(std::get<unix_path>(parse_listen_address("unix:/run/telltale.sock").where).path == "/run/telltale.sock");
}

TEST_CASE("listen_address: localhost is 127.0.0.1") {
  const auto address = parse_listen_address("localhost:9640");
  CHECK(address.text == "localhost:9640");
  CHECK(to_text(std::get<tcp_endpoint>(address.where)) == "127.0.0.1:9640");
}

TEST_CASE("listen_address: what the configuration refuses is refused in the same words") {
  for (const std::string text : {"", "127.0.0.1", "host:80", "[fe80::1%lo]:80", "127.0.0.1:65536", "unix:relative"}) {
    CAPTURE(text);
    const auto sentence = "cannot listen on \"" + text + "\": " + listen_address_problem(text).value();
    CHECK_THROWS_WITH_AS(parse_listen_address(text), sentence.c_str(), std::runtime_error);
  }
}
