// Reports of neighbours in application/health+json: which component is named, and what is not shown.
#include <string>

#include <doctest/doctest.h>

#include "http/health_report.hpp"

using namespace telltale;
using web::health_report;
using status_t = health_report::status_t;

namespace {

struct row {
  std::string body;
  status_t status;
  std::string sentence;
};

}  // namespace

TEST_CASE("http health report: the failing component and its output") {
  const row rows[] = {
      {R"({"status":"pass"})", status_t::pass, ""},
      {R"({"status":"UP"})", status_t::pass, ""},
      {R"({"status":"warn","output":"disk 91%"})", status_t::warn, "disk 91%"},
      {R"({"status":"down"})", status_t::fail, ""},
      {R"({"status":"error","output":"maintenance"})", status_t::fail, "maintenance"},
      {R"({"status":"fail","checks":{"db":{"status":"fail","output":"locked"}}})", status_t::fail,
       "component 'db' fails: locked"},
      {R"({"status":"fail","checks":{"a":[{"status":"pass"},{"status":"fail"}],"b:x":[{"status":"fail"}]}})",
       status_t::fail, "component 'a' fails, and 1 more"},
      {R"({"status":"warn","checks":{"a":[{"status":"fail"}],"b":[{"status":"warn","output":"slow"}]}})",
       status_t::warn, "component 'b' warns: slow"},
      {R"({"status":"fail","output":"all","checks":{"a":[{"status":"pass"}]}})", status_t::fail, "all"},
      {R"({"status":"fail","checks":[1],"output":7})", status_t::fail, ""},
      {R"({"status":"fail","checks":{"\u202ea\n":[{"status":"fail","output":"token hunter2hunter2!"}]}})",
       status_t::fail, "component '?a?' fails: token ***!"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.body);
    const auto found = web::parse_health_report(r.body, {"hunter2hunter2"});
    REQUIRE(found);
    CHECK(found->status == r.status);
    CHECK(found->sentence == r.sentence);
  }
}

TEST_CASE("http health report: a long output is cut, and a body without a status is no report") {
  const auto found = web::parse_health_report(R"({"status":"fail","output":")" + std::string(5000, 'x') + "\"}", {});
  REQUIRE(found);
  CHECK(found->sentence.size() <= 160);
  for (const char* body : {"", "{}", "[]", "fail", R"({"status":1})", R"({"status":"maybe"})", R"({"status":"fail")"})
    CHECK_FALSE(web::parse_health_report(body, {}));
}

TEST_CASE("http health report: the content type decides") {
  const auto is_one = [](const std::string& type) {
    net::reply_head head;
    head.fields.push_back({"content-type", type});
    return web::is_health_report(head);
  };
  CHECK(is_one("application/health+json"));
  CHECK(is_one("Application/Health+JSON ; charset=utf-8"));
  CHECK_FALSE(is_one("application/json"));
  CHECK_FALSE(is_one("application/health+jsonx"));
  CHECK_FALSE(web::is_health_report({}));
}
