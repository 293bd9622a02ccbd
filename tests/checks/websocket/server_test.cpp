// Tests the websocket check against a real server, Debian's python3-websockets.
#include <cstdlib>

#include <doctest/doctest.h>

#include "checks/websocket/python_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("websocket server: a real server passes with subprotocol and reply") {
  if (absent()) return;
  const python_server server;
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint};
  const auto probe = [&](options chosen) {
    chosen.emplace_back("url", raw_value::scalar(url_of(server, "/ws")));
    return probe_once(io, make_check(std::move(chosen)), names, ample, {});
  };
  const auto plain = probe({});
  CAPTURE(plain.message);
  CHECK(plain.verdict == verdict::pass);
  CHECK(plain.measured("close_seconds"));
  const auto full = probe({{"subprotocol", raw_value::scalar("chat.v2")},
                           {"send", raw_value::scalar("hello")},
                           {"expect", raw_value::scalar("you said hello")}});
  CAPTURE(full.message);
  CHECK(full.verdict == verdict::pass);
  const auto other = probe({{"subprotocol", raw_value::scalar("chat.v3")}});
  CHECK(other.reason == reason::protocol);
}

TEST_CASE("websocket server: a real server may send megabytes, and the expected text is found across fragments") {
  if (absent()) return;
  const python_server server;
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint};
  const auto check = make_check({{"url", text(url_of(server, "/large"))}, {"expect", text("ready")}});
  const auto out = probe_once(io, check, names, 10s, {});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
}

TEST_CASE("websocket server: a token is sent as a subprotocol, and a refusal is reported without it") {
  if (absent()) return;
  const python_server server;
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint};
  const auto probe = [&](const char* token) {
    ::setenv("TELLTALE_TEST_TOKEN", token, 1);
    auto offered = raw_value::list({text("bearer"), map_of({{"env", text("TELLTALE_TEST_TOKEN")}})});
    const auto check = make_check({{"url", text(url_of(server, "/token"))}, {"subprotocol", std::move(offered)}});
    return probe_once(io, check, names, ample, {});
  };
  const auto good = probe("good-token");
  CAPTURE(good.message);
  CHECK(good.verdict == verdict::pass);
  const auto bad = probe("old-one");
  CHECK(bad.reason == reason::auth);
  CHECK(contains(bad.message, "4401 (unauthorized, by convention): 'this token has expired: ***'"));
}

TEST_CASE("websocket server: after 200 probes the server's connection count is unchanged") {
  if (absent()) return;
  const python_server server;
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint};
    const auto check = make_check({{"url", raw_value::scalar(url_of(server, "/ws"))}});
    for (int i = 0; i < 200; ++i) {
      const auto out = probe_once(io, check, names, ample, {});
      CAPTURE(out.message);
      REQUIRE(out.verdict == verdict::pass);
    }
    const auto counting = make_check({{"url", raw_value::scalar(url_of(server, "/count"))},
                                      {"ping", raw_value::scalar("false")},
                                      {"expect", raw_value::scalar("0")}});
    const auto out = probe_once(io, counting, names, ample, {});
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
  }
  CHECK(open_descriptors() == descriptors);
}
