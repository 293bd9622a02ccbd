#include "http_server/session.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using telltale::http_limits;
using telltale::http_service;
using telltale::outgoing;
using telltale::reply;
using telltale::request;
using telltale::session;

namespace {

std::string body_of(const outgoing& out) {
  const auto rest = out.body ? *out.body : std::string();
  return out.head.substr(out.head.find("\r\n\r\n") + 4) + rest;
}

struct talk {
  explicit talk(http_limits given = {}) { service.limits = given; }

  std::vector<std::string> asked;
  http_service service{[this](const request& r) {
                         asked.push_back(std::string(r.method) + " " + std::string(r.target));
                         reply out;
                         out.status = 200;
                         out.content_type = "text/plain";
                         out.body = std::make_shared<const std::string>("hello");
                         return out;
                       },
                       {},
                       {},
                       {}};
  session side{service, true};
  std::vector<outgoing> answers;

  void pump(bool last = false) {
    while (auto next = side.next(last)) answers.push_back(std::move(*next));
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto room = side.room();
      REQUIRE(!room.empty());
      const auto n = std::min(room.size(), bytes.size());
      std::copy_n(bytes.begin(), n, room.begin());
      side.received(n);
      bytes.remove_prefix(n);
      pump();
      if (!answers.empty() && answers.back().closes) return;
    }
  }
};

bool has(const outgoing& out, std::string_view line) { return out.head.find(line) != std::string::npos; }

constexpr std::string_view get = "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("session: a request is answered, and the connection stays open") {
  talk t;
  t.send(get);
  REQUIRE(t.answers.size() == 1);
  CHECK(t.answers[0].status == 200);
  CHECK(has(t.answers[0], "Content-Length: 5\r\n"));
  CHECK_FALSE(has(t.answers[0], "Connection:"));
  CHECK(body_of(t.answers[0]) == "hello");
  CHECK_FALSE(t.answers[0].closes);
  CHECK(t.side.idle());
}

TEST_CASE("session: HEAD has the length of the body, and no body") {
  talk t;
  t.send("HEAD /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(t.answers.size() == 1);
  CHECK(has(t.answers[0], "Content-Length: 5\r\n"));
  CHECK(body_of(t.answers[0]).empty());
}

TEST_CASE("session: a request may arrive byte by byte, and the session is idle only between requests") {
  talk t;
  for (const char c : get.substr(0, get.size() - 1)) {
    t.send({&c, 1});
    CHECK(t.answers.empty());
    CHECK_FALSE(t.side.idle());
  }
  t.send("\n");
  CHECK(t.answers.size() == 1);
  CHECK(t.side.idle());
}

TEST_CASE("session: pipelined requests are answered in order") {
  talk t;
  std::string many;
  for (int i = 0; i < 50; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  t.send(many);
  REQUIRE(t.asked.size() == 50);
  for (std::size_t i = 0; i < 50; ++i) CHECK(t.asked[i] == "GET /" + std::to_string(i));
  CHECK(t.side.idle());
}

TEST_CASE("session: nothing is answered after the last request allowed on a connection") {
  http_limits limits;
  limits.requests_per_connection = 3;
  talk t(limits);
  for (int i = 0; i < 5; ++i) t.send(get);
  REQUIRE(t.answers.size() == 3);
  CHECK_FALSE(t.answers[1].closes);
  CHECK(t.answers[2].closes);
  CHECK(has(t.answers[2], "Connection: close\r\n"));
}

TEST_CASE("session: HTTP/1.0 closes unless it requests keep-alive") {
  talk closing;
  closing.send("GET / HTTP/1.0\r\n\r\n");
  REQUIRE(closing.answers.size() == 1);
  CHECK(closing.answers[0].closes);
  talk kept;
  kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(kept.answers.size() == 1);
  CHECK_FALSE(kept.answers[0].closes);
  CHECK(has(kept.answers[0], "Connection: keep-alive\r\n"));
}

TEST_CASE("session: while the server stops, the response in progress is the last") {
  talk t;
  const auto room = t.side.room();
  std::copy(get.begin(), get.end(), room.begin());
  t.side.received(get.size());
  t.pump(true);
  REQUIRE(t.answers.size() == 1);
  CHECK(t.answers[0].closes);
  CHECK(t.answers[0].status == 200);
}

TEST_CASE("session: a head of exactly the limit is accepted, one byte more is refused") {
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const auto filled = [&](std::size_t size) { return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n"; };
  talk fits;
  fits.send(filled(fits.service.limits.header_bytes));
  REQUIRE(fits.answers.size() == 1);
  CHECK(fits.answers[0].status == 200);
  talk larger;
  larger.send(filled(larger.service.limits.header_bytes + 1));
  REQUIRE(larger.answers.size() == 1);
  CHECK(larger.answers[0].status == 431);
  CHECK(larger.answers[0].closes);
  CHECK(larger.service.refusals.at(431) == 1);
  CHECK(larger.asked.empty());
}

TEST_CASE("session: nothing is answered after a refusal") {
  talk t;
  t.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(t.answers.size() == 1);
  CHECK(t.answers[0].status == 413);
  CHECK(t.asked.empty());
  t.pump();
  CHECK(t.answers.size() == 1);
}

TEST_CASE("session: a refused HEAD has no body either") {
  talk t;
  t.send("HEAD / HTTP/1.1\r\n\r\n");
  REQUIRE(t.answers.size() == 1);
  CHECK(t.answers[0].status == 400);
  CHECK(body_of(t.answers[0]).empty());
}

TEST_CASE("session: one empty line before a request is ignored, two are invalid") {
  talk one;
  one.send("\r");
  one.send("\n");
  CHECK(one.side.idle());
  one.send(get);
  one.send("\r\n");
  one.send(get);
  CHECK(one.answers.size() == 2);
  talk two;
  two.send("\r\n\r\n");
  REQUIRE(two.answers.size() == 1);
  CHECK(two.answers[0].status == 400);
}

TEST_CASE("session: a handler that throws gives 500, and its message stays internal") {
  talk t;
  t.service.answer = [](const request&) -> reply { throw std::runtime_error("secret path"); };
  t.send(get);
  REQUIRE(t.answers.size() == 1);
  CHECK(t.answers[0].status == 500);
  CHECK(body_of(t.answers[0]).find("secret") == std::string::npos);
}

TEST_CASE("session: a request that will not be completed gets a final response") {
  talk t;
  t.send("GET /re");
  const auto out = t.side.refuse({408, "too slow"});
  CHECK(out.status == 408);
  CHECK(out.closes);
  CHECK(t.side.next(false) == std::nullopt);
}

TEST_CASE("session: 405 lists the allowed methods") {
  talk t;
  t.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(t.answers.size() == 1);
  CHECK(has(t.answers[0], "Allow: GET, HEAD, OPTIONS\r\n"));
}

TEST_CASE("session: a large body is shared, not copied") {
  talk t;
  const auto large = std::make_shared<const std::string>(100'000, 'x');
  t.service.answer = [&](const request&) {
    reply out;
    out.status = 200;
    out.body = large;
    return out;
  };
  t.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(t.answers.size() == 1);
  CHECK(t.answers[0].body == large);
  CHECK(t.answers[0].head.ends_with("\r\n\r\n"));
}

TEST_CASE("session: the same head gives the same request, and the handler is called again") {
  const std::string head = "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  talk t;
  t.send(head);
  session second(t.service, true);
  const auto room = second.room();
  std::copy(head.begin(), head.end(), room.begin());
  second.received(head.size());
  const auto again = second.next(false);
  REQUIRE(again.has_value());
  CHECK(t.asked.size() == 2);
  CHECK(again->head == t.answers.at(0).head);
  CHECK(again->closes);
}

TEST_CASE("session: a client that requests the end is done, unless it has sent more") {
  const std::string last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  talk done;
  done.send(last);
  CHECK(done.answers.at(0).peer_is_done);
  talk more;
  more.send(last + "GET /");
  CHECK(more.answers.at(0).closes);
  CHECK_FALSE(more.answers.at(0).peer_is_done);
  talk stays;
  stays.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_FALSE(stays.answers.at(0).peer_is_done);
}
