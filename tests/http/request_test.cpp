// Requests as they are written, what messages hide of them, and options that contradict each other.
#include <cstdlib>

#include <doctest/doctest.h>

#include <telltale/version.hpp>

#include "base/base64.hpp"
#include "fakes/network_peer.hpp"
#include "fakes/temp_folder.hpp"
#include "http/request.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

std::string problems_of(fakes::options chosen) {
  problems found;
  http::request_options::declared().parse(map_of(std::move(chosen)), found);
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

http::request_plan plan_of(fakes::options chosen) {
  problems found;
  const auto options = http::request_options::declared().parse(map_of(std::move(chosen)), found);
  REQUIRE(found.list().empty());
  return http::make_request_plan(options);
}

const raw_value from_env = map_of({{"env", text("TELLTALE_TEST_TOKEN")}});

}  // namespace

TEST_CASE("http request: the head names host, user agent, defaults and credentials") {
  ::setenv("TELLTALE_TEST_TOKEN", "open sesame", 1);
  const auto plan = plan_of({{"url", text("http://app:8000/health?full=1")},
                             {"headers", map_of({{"accept", text("text/plain")}})},
                             {"basic", map_of({{"user", text("Aladdin")}, {"password", from_env}})}});
  CHECK(http::write_request(plan, "GET", {{"Accept", "*/*"}, {"X-A", "b"}}, true) ==
        "GET /health?full=1 HTTP/1.1\r\nHost: app:8000\r\naccept: text/plain\r\n"
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\nX-A: b\r\nUser-Agent: telltale/" +
            std::string(version()) + "\r\n\r\n");
  CHECK(plan.shown == "http://app:8000/health");
  CHECK(plan.secrets == secret_list{"open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="});
}

TEST_CASE("http request: a body has its length, and a connection that is not kept says so") {
  const auto plan = plan_of({{"url", text("http://app/")}});
  const auto bytes = http::write_request(plan, "POST", {}, false, "{}");
  CHECK(contains(bytes, "Host: app\r\n"));
  CHECK(contains(bytes, "Connection: close\r\n"));
  CHECK(contains(bytes, "Content-Length: 2\r\n"));
  CHECK(bytes.ends_with("\r\n\r\n{}"));
}

TEST_CASE("http request: a Unix socket replaces the address, not the Host header") {
  const auto plan = plan_of({{"url", text("http://app/health")}, {"unix", text("/run/app.sock")}});
  CHECK(plan.target.to.kind == net::endpoint::kind_t::unix_socket);
  CHECK(plan.target.to.path == "/run/app.sock");
  CHECK(plan.host == "app");
  CHECK(plan.shown == "http://app:80/health at unix:/run/app.sock");
}

TEST_CASE("http request: the Host header comes from headers, server_name or the URL") {
  CHECK(plan_of({{"url", text("https://[::1]/")}, {"insecure", text("true")}}).host == "[::1]");
  CHECK(plan_of({{"url", text("http://10.0.0.1:81/")}, {"server_name", text("a.test")}}).host == "a.test:81");
  CHECK(plan_of({{"url", text("http://10.0.0.1/")}, {"headers", map_of({{"host", text("b.test")}})}}).host == "b.test");
}

TEST_CASE("http request: bearer tokens come from files and are hidden") {
  const temp_folder folder;
  const auto path = folder.write("token", "abc.def.ghi\n");
  const auto plan = plan_of({{"url", text("http://app/?key=topsecret")}, {"bearer", map_of({{"file", text(path)}})}});
  CHECK(plan.headers == net::header_list{{"Authorization", "Bearer abc.def.ghi"}});
  CHECK(plan.secrets == secret_list{"abc.def.ghi", "topsecret"});
  folder.write("token", "abc def");
  CHECK_THROWS(plan_of({{"url", text("http://app/")}, {"bearer", map_of({{"file", text(path)}})}}));
}

TEST_CASE("http request: base64 pads as RFC 4648 section 10 shows") {
  const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"},
                                                      {"\xff\xfe", "//4="}};
  for (const auto& [bytes, encoded] : rows) CHECK(base64(bytes) == encoded);
}

TEST_CASE("http request: options that contradict each other are refused") {
  const auto with = [](fakes::options chosen, const char* url = "http://app/") {
    chosen.emplace_back("url", text(url));
    return problems_of(std::move(chosen));
  };
  const auto header = [](const char* name, const char* value) {
    return fakes::options{{"headers", map_of({{name, text(value)}})}};
  };
  const raw_value basic = map_of({{"user", text("a")}, {"password", from_env}});
  CHECK(with({}).empty());
  CHECK(with({{"reconnect", text("0s")}, {"ip", text("4")}, {"latency", text("1s")}}).empty());
  CHECK(contains(with({}, "ws://app/"), "expected http://"));
  CHECK(contains(with({}, "http://app/#top"), "#fragment"));
  CHECK(contains(with({{"unix", text("app.sock")}}), "unix: expected the absolute path"));
  CHECK(contains(with({{"basic", basic}, {"bearer", from_env}}), "only one of basic, bearer"));
  auto twice = header("authorization", "x");
  twice.emplace_back("bearer", from_env);
  CHECK(contains(with(twice), "only one of basic, bearer"));
  CHECK(contains(with({{"basic", map_of({{"user", text("a:b")}, {"password", from_env}})}}), "basic.user"));
  CHECK(contains(with(header("Transfer-Encoding", "chunked")), "set by the check itself"));
  CHECK(contains(with(header("A", "b\r\nC: d")), "control character"));
  CHECK(contains(with(header("a b", "c")), "the name of a header"));
  CHECK(contains(with(header("Host", "http://x")), "Host: expected"));
}
