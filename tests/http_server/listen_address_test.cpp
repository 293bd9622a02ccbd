#include "http_server/listen_address.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

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

TEST_CASE("listen_address: everything else is refused with a hint") {
  struct row {
    std::string text;
    const char* hint;
  };
  const std::vector<row> rows = {
      {"", "the port is missing"},
      {"127.0.0.1", "the port is missing"},
      {"[::1]", "the port is missing"},
      {":9640", "0.0.0.0 or [::]"},
      {"*:9640", "0.0.0.0 or [::]"},
      {"::1:9640", "in brackets"},
      {"localhost:9640", "must be numeric"},
      {"127.0.0.01.1:9640", "must be numeric"},
      {"127.0.0.256:1", "must be numeric"},
      {"[127.0.0.1]:1", "must be numeric"},
      {"[::1:9640", "in brackets"},
      {"127.0.0.1:", "a number from 0 to 65535"},
      {"127.0.0.1:65536", "a number from 0 to 65535"},
      {"127.0.0.1:-1", "a number from 0 to 65535"},
      {"127.0.0.1:+1", "a number from 0 to 65535"},
      {"127.0.0.1:http", "a number from 0 to 65535"},
      {"127.0.0.1:80 ", "a number from 0 to 65535"},
      {"http://127.0.0.1:9640", "not a URL"},
      {"unix:", "the path is missing"},
      {"unix:/" + std::string(200, 'x'), "at most 107 characters"},
  };
  for (const auto& each : rows) {
    CAPTURE(each.text);
    try {
      parse_listen_address(each.text);
      FAIL_CHECK("accepted");
    } catch (const std::runtime_error& e) {
      const std::string sentence = e.what();
      CAPTURE(sentence);
      CHECK(sentence.find(each.hint) != std::string::npos);
      CHECK(sentence.starts_with("cannot listen on \"" + each.text + "\": "));
    }
  }
}
