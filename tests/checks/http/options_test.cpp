// Options of the http check that are refused, each with the way to write it.
#include "checks/http/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

std::string problems_of(fakes::options chosen) {
  problems found;
  chosen.emplace_back("url", text("http://app/"));
  checks::http().validate(map_of(std::move(chosen)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

}  // namespace

TEST_CASE("http options: statuses and redirects") {
  for (const char* valid : {"200", "200-299", "999"}) CHECK(problems_of({{"status", text(valid)}}).empty());
  for (const char* invalid : {"", "20", "199", "1000", "300-200", "2xx", "200-", "-200", "200-299-300"}) {
    CAPTURE(invalid);
    CHECK(contains(problems_of({{"status", text(invalid)}}), "status: expected a status such as 204"));
  }
  for (const char* valid : {"no", "1", "10"}) CHECK(problems_of({{"redirects", text(valid)}}).empty());
  for (const char* invalid : {"", "yes", "11", "-1"})
    CHECK(contains(problems_of({{"redirects", text(invalid)}}), "redirects: expected no, or the number"));
}

TEST_CASE("http options: TLS options may be for the target of a redirect") {
  CHECK(problems_of({{"redirects", text("1")}, {"ca_file", text("/ca")}}).empty());
}

TEST_CASE("http options: a status without a body may be among those of a reply with one") {
  for (const char* statuses : {"200-299", "200", "204-205"})
    CHECK(problems_of({{"status", text(statuses)}, {"contains", text("x")}}).empty());
  CHECK(problems_of({{"status", text("204")}}).empty());
}

TEST_CASE("http options: a 304 is no redirect") {
  CHECK(problems_of({{"redirects", text("1")}, {"status", raw_value::list({text("200"), text("304")})}}).empty());
}

TEST_CASE("http options: combinations without an effect are refused") {
  struct row {
    fakes::options chosen;
    std::string words;
  };
  const row rows[] = {
      {{{"body", text("x")}}, "body: only the method POST"},
      {{{"method", text("POST")}, {"body", text("")}}, "body: the text is empty"},
      {{{"method", text("PUT")}}, "GET, HEAD, OPTIONS"},
      {{{"contains", text("")}}, "contains: an empty text"},
      {{{"match", text("(")}}, "match: "},
      {{{"max_body", text("2MiB")}}, "max_body: expected at most 1MiB"},
      {{{"max_body", text("0B")}}, "max_body: "},
      {{{"method", text("HEAD")}, {"contains", text("x")}}, "a reply to HEAD has no body"},
      {{{"status", text("204")}, {"contains", text("x")}}, "status: a reply with 204 or 304 has no body"},
      {{{"status", raw_value::list({text("204"), text("304")})}, {"match", text("x")}}, "status: a reply with 204"},
      {{{"expect_headers", map_of({{"a b", text("x")}})}}, "'a b' is not a valid header name"},
      {{{"json", map_of({{"status", text("ok")}})}}, "JSON pointer"},
      {{{"insecure", text("true")}}, "ca_file, cert_file, insecure and certificate need an https:// URL"},
      {{{"redirects", text("no")}, {"ca_file", text("/ca")}}, "need an https:// URL"},
      {{{"redirects", text("1")}, {"status", text("302")}}, "302 cannot be expected and followed"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.words);
    const auto found = problems_of(r.chosen);
    CAPTURE(found);
    CHECK(contains(found, r.words));
  }
}
