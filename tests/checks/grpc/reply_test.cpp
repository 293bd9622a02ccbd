// Tests how the reply to a health call is judged: each status of gRPC and HTTP, and replies that break the rules.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "grpc/reply.hpp"

using namespace telltale;
using namespace telltale::grpc;
using namespace std::string_literals;

namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

/// A reply in the order of its parts; empty ones are not sent.
struct parts {
  fields header{{":status", "200"}, {"content-type", "application/grpc"}};
  std::string data;
  fields trailers;
};

void send(reply& to, const fields& block, bool last) {
  for (const auto& [name, value] : block) to.field(name, value);
  to.end_block(last);
}

finding judge(const parts& sent, const question& what = {}) {
  reply got(what);
  send(got, sent.header, sent.data.empty() && sent.trailers.empty());
  if (!sent.data.empty()) got.data(sent.data);
  if (!sent.trailers.empty()) send(got, sent.trailers, true);
  else got.end();
  REQUIRE(got.judged());
  return *got.judged();
}

fields only_status(const std::string& code, const std::string& text = "") {
  return {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", code}, {"grpc-message", text}};
}
parts with_response(const std::string& response) {
  parts out;
  out.data = "\0\0\0\0"s + static_cast<char>(response.size()) + response;
  out.trailers = {{"grpc-status", "0"}};
  return out;
}
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("grpc reply: each serving status has its reason and its words") {
  struct row {
    const char* response;
    const char* service;
    reason why;
    std::string words;
  };
  const row rows[] = {
      {"\x08\x01", "", reason::ok, ""},
      {"\x08\x02", "", reason::loading, "reports NOT_SERVING for the whole server"},
      {"\x08\x02", "app.V1", reason::loading, "reports NOT_SERVING for service 'app.V1'"},
      {"", "", reason::mismatch, "reports UNKNOWN for the whole server: its status has not been set"},
      {"\x08\x03", "app.V1", reason::mismatch, "the server does not know service 'app.V1' (SERVICE_UNKNOWN)"},
      {"\x08\x03", "", reason::mismatch, "may know its services by name only: set `service`"},
      {"\x08\x07", "", reason::protocol, "status 7 for the whole server, which grpc.health.v1 does not define"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.words);
    const auto found = judge(with_response(r.response), {r.service, {}});
    CAPTURE(found.sentence);
    CHECK(to_string(found.reason) == to_string(r.why));
    CHECK((found.verdict == verdict::pass) == (r.why == reason::ok));
    CHECK(contains(found.sentence, r.words));
  }
}

TEST_CASE("grpc reply: each status code has its reason and its words, in trailers and in a trailers-only reply") {
  struct row {
    const char* code;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {"1", reason::refused, "the server cancelled the call (CANCELLED"},
      {"2", reason::refused, "the health service of the server failed (UNKNOWN"},
      {"3", reason::refused, "declined the call (INVALID_ARGUMENT"},
      {"4", reason::timeout, "could not answer within the time of the call (DEADLINE_EXCEEDED"},
      {"5", reason::mismatch, "does not know service 'app.V1' (NOT_FOUND)"},
      {"6", reason::refused, "(ALREADY_EXISTS"},
      {"7", reason::denied, "does not permit the call (PERMISSION_DENIED"},
      {"8", reason::overload, "no capacity for the call (RESOURCE_EXHAUSTED"},
      {"9", reason::refused, "(FAILED_PRECONDITION"},
      {"10", reason::refused, "(ABORTED"},
      {"11", reason::refused, "(OUT_OF_RANGE"},
      {"12", reason::protocol, "does not implement grpc.health.v1.Health/Check (UNIMPLEMENTED"},
      {"13", reason::refused, "the health service of the server failed (INTERNAL"},
      {"14", reason::refused, "is not available (UNAVAILABLE"},
      {"15", reason::refused, "(DATA_LOSS"},
      {"16", reason::auth, "requires other credentials (UNAUTHENTICATED"},
      {"17", reason::protocol, "unknown grpc-status 17"},
      {"99999999999", reason::protocol, "not a number"},
      {"-1", reason::protocol, "not a number"},
      {"", reason::protocol, "not a number"},
      {"0", reason::protocol, "ended the call with OK, but without a message"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.code);
    const question what{"app.V1", {}};
    const auto alone = judge({only_status(r.code), "", {}}, what);
    CAPTURE(alone.sentence);
    CHECK(to_string(alone.reason) == to_string(r.why));
    CHECK(contains(alone.sentence, r.words));
    CHECK(judge({parts().header, "", {{"grpc-status", r.code}}}, what) == alone);
  }
}

TEST_CASE("grpc reply: the server's message is decoded, bounded and shown without secrets and control characters") {
  const auto shown = [](const std::string& text) {
    return judge({only_status("14", text), "", {}}, {"", {"hunter2hunter2"}}).sentence;
  };
  CHECK(contains(shown("no healthy upstream"), "(UNAVAILABLE: 'no healthy upstream')"));
  CHECK(contains(shown("%C3%A4%20%25%0A%1b[31m"), "'\xc3\xa4 %??[31m'"));
  CHECK(contains(shown("100% %zz %4"), "'100% %zz %4'"));
  CHECK(contains(shown("token hunter2hunter2 is unknown"), "'token *** is unknown'"));
  CHECK(contains(shown("token %68unter2hunter2"), "'token ***'"));
  CHECK(shown(std::string(5000, 'x')).size() < 200);
  CHECK(contains(shown(std::string(5000, 'x')), "xxx...'"));
}

TEST_CASE("grpc reply: an HTTP reply that is not gRPC is told apart by its status and content type") {
  struct row {
    fields header;
    reason why;
    const char* words;
  };
  const row rows[] = {
      {{{":status", "401"}},
       reason::auth,
       "HTTP 401 Unauthorized instead of a gRPC reply: the server requires credentials"},
      {{{":status", "403"}}, reason::denied, "does not permit the call"},
      {{{":status", "404"}}, reason::missing, "no gRPC service is reachable"},
      {{{":status", "407"}}, reason::auth, "a proxy requires credentials"},
      {{{":status", "429"}}, reason::overload, "too many calls"},
      {{{":status", "503"}}, reason::refused, "the backend of a proxy, is not available"},
      {{{":status", "503"}, {"retry-after", "5"}}, reason::overload, "asks to call again later"},
      {{{":status", "504"}}, reason::timeout, "a proxy received no reply from its backend in time"},
      {{{":status", "502"}}, reason::refused, "HTTP 502 Bad Gateway"},
      {{{":status", "301"}, {"location", "https://x"}}, reason::refused, "a redirect, which gRPC does not follow"},
      {{{":status", "415"}}, reason::protocol, "speaks HTTP/2, but not gRPC"},
      {{{":status", "204"}}, reason::protocol, "HTTP 204 No Content"},
      {{{":status", "200"}, {"content-type", "text/html"}}, reason::protocol, "answered with 'text/html' instead of"},
      {{{":status", "200"}}, reason::protocol, "answered without a content type instead of application/grpc"},
      {{{":status", "200"}, {"content-type", "application/grpc-web+proto"}}, reason::protocol, "grpc-web"},
      {{{":status", "200"}, {"content-type", "hunter2hunter2\x1b"}}, reason::protocol, "with '***?'"},
      {{{":status", "404"}, {"grpc-status", "14"}}, reason::refused, "(UNAVAILABLE)"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.words);
    const question what{"", {"hunter2hunter2"}};
    const auto found = judge({r.header, "<html>", {}}, what);
    CAPTURE(found.sentence);
    CHECK(to_string(found.reason) == to_string(r.why));
    CHECK(contains(found.sentence, r.words));
    CHECK(judge({r.header, "", {}}, what).reason == r.why);
  }
}

TEST_CASE("grpc reply: every content type of gRPC is accepted") {
  for (const auto* type : {"application/grpc", "application/grpc+proto", "application/grpc; charset=utf-8",
                           "application/grpc;x", "Application/GRPC"}) {
    auto sent = with_response("\x08\x01");
    sent.header[1].second = type;
    CAPTURE(type);
    CHECK(judge(sent).verdict == verdict::pass);
  }
}

TEST_CASE("grpc reply: a message that breaks the rules is a protocol failure") {
  const auto prefixed = [](const std::string& prefix, const std::string& rest = "\x08\x01") {
    parts out;
    out.data = prefix + rest;
    out.trailers = {{"grpc-status", "0"}};
    return out;
  };
  struct row {
    const char* name;
    parts sent;
    std::string words;
  };
  const row rows[] = {
      {"compressed", prefixed("\1\0\0\0\2"s), "sent a compressed message, which the call does not accept"},
      {"no such flag", prefixed("\x08\0\0\0\2"s), "starts with the invalid flag 8"},
      {"two", prefixed("\0\0\0\0\2"s, "\x08\x01\0\0\0\0\0"s), "more than one message"},
      {"cut short", prefixed("\0\0\0\0\3"s), "in the middle of its message"},
      {"cut in the prefix", prefixed("\0\0"s, ""), "in the middle of its message"},
      {"huge", prefixed("\0\0\1\0\1"s), "announced a message of 64.0 KiB (limit 64 KiB)"},
      {"4 GiB", prefixed("\0\xff\xff\xff\xff"s), "announced a message of 4.0 GiB (limit 64 KiB)"},
      {"not protobuf", prefixed("\0\0\0\0\2"s, "\xff\xff"), "not a valid HealthCheckResponse"},
      {"no trailers", {parts().header, "\0\0\0\0\2\x08\x01"s, {}}, "ended the call without a grpc-status"},
      {"no status in the trailers", {parts().header, "", {{"x", "y"}}}, "ended the call without a grpc-status"},
      {"only a header", {}, "ended the call without a grpc-status"},
      {"long header", {{{":status", "200"}, {"x", std::string(17'000, 'x')}}, "", {}}, "longer than 16 KiB"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto found = judge(r.sent);
    CHECK(to_string(found.reason) == "protocol");
    CHECK(contains(found.sentence, r.words));
  }
}

TEST_CASE("grpc reply: informational headers are skipped, the final one is judged") {
  const question what;
  reply fresh(what);
  send(fresh, {{":status", "103"}, {"link", "x"}}, false);
  CHECK_FALSE(fresh.begun());
  CHECK_FALSE(fresh.judged());
  send(fresh, only_status("16"), true);
  CHECK(fresh.begun());
  CHECK(fresh.judged()->reason == reason::auth);
}

TEST_CASE("grpc reply: a status in a header that is not the last does not count before the trailers") {
  const question what;
  reply got(what);
  send(got, only_status("0"), false);
  CHECK_FALSE(got.judged());
  got.data("\0\0\0\0\2\x08\x01"s);
  send(got, {{"grpc-status", "7"}}, true);
  CHECK(got.judged()->reason == reason::denied);
}

TEST_CASE("grpc reply: small headers without end are stopped at 16 KiB") {
  const question what;
  reply got(what);
  int count = 0;
  for (; !got.judged() && count < 1000; ++count) got.field("x", "");
  CHECK(count < 500);
  CHECK(got.judged()->reason == reason::protocol);
}
