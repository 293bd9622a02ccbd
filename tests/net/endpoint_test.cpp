// Tests parsing and formatting of endpoints, and the errors of invalid ones.
#include <doctest/doctest.h>

#include "net/endpoint.hpp"

using namespace telltale;
using namespace telltale::net;

namespace {

std::string problem_of(std::string_view text) {
  std::string why;
  CHECK_FALSE(parse_endpoint(text, why));
  return why;
}

}  // namespace

TEST_CASE("endpoint: every form is parsed and formatted unchanged") {
  using kind = endpoint::kind_t;
  const std::pair<const char*, endpoint> rows[] = {
      {"db.internal:5432", {kind::tcp, "db.internal", 5432, ""}},
      {"127.0.0.1:80", {kind::tcp, "127.0.0.1", 80, ""}},
      {"[::1]:65535", {kind::tcp, "::1", 65535, ""}},
      {"my_app:1", {kind::tcp, "my_app", 1, ""}},
      {"unix:/run/app.sock", {kind::unix_socket, "", 0, "/run/app.sock"}},
      {"udp:[fe80::1]:53", {kind::udp, "fe80::1", 53, ""}},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    std::string why;
    const auto read = parse_endpoint(text, why);
    REQUIRE(read);
    CHECK(*read == expected);
    CHECK(to_text(*read) == text);
    CHECK(why.empty());
  }
}

TEST_CASE("endpoint: the error of an invalid text names the cause") {
  const std::pair<std::string, const char*> rows[] = {
      {"", "such as"},
      {":80", "such as"},
      {"a b:80", "such as"},
      {"localhost", "localhost:80"},
      {"localhost:", "1 to 65535"},
      {"localhost:0", "1 to 65535"},
      {"localhost:+8", "1 to 65535"},
      {"localhost:65536", "1 to 65535"},
      {"::1", "[::1]:80"},
      {"fe80::1:80", "[fe80::1:80]:80"},
      {"[::1]", "[::1]:80"},
      {"[localhost]:80", "IPv6 address between the brackets"},
      {"[::1%eth0]:80", "IPv6 address between the brackets"},
      {"http://localhost:80", "without a scheme or path"},
      {"unix:", "absolute path"},
      {"unix:run/app.sock", "absolute path"},
      {"unix:/" + std::string(107, 'x'), "at most 107 bytes"},
      {"udp:unix:/x", "1 to 65535"},
  };
  for (const auto& [text, words] : rows) {
    CAPTURE(text);
    const auto why = problem_of(text);
    CAPTURE(why);
    CHECK(why.find(words) != std::string::npos);
  }
}

TEST_CASE("endpoint: as an option it is one text") {
  using traits = option_traits<endpoint>;
  problems errors;
  CHECK(traits::parse(raw_value::scalar("localhost:80"), "address", errors)->port == 80);
  CHECK(errors.empty());
  CHECK_FALSE(traits::parse(raw_value::scalar("localhost"), "address", errors));
  REQUIRE(errors.size() == 1);
  CHECK(errors.list()[0].message == "address: expected a port after the host, as in localhost:80, not 'localhost'");
  CHECK(traits::text({}).empty());
}
