// Tests the options of the grpc check, and the header of its call.
#include <cstdlib>
#include <map>
#include <stdexcept>

#include "checks/grpc/peer.hpp"
#include "grpc/plan.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

std::string problems_of(fakes::options chosen, const char* address = "app:50051") {
  problems found;
  chosen.emplace_back("address", text(address));
  checks::grpc().validate(map_of(std::move(chosen)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

grpc::plan plan_of(fakes::options chosen, const char* address = "app:50051") {
  problems found;
  chosen.emplace_back("address", text(address));
  auto options = grpc_options::declared().parse(map_of(std::move(chosen)), found);
  REQUIRE(found.empty());
  return grpc::make_plan(std::move(options));
}

std::map<std::string, std::string> header_of(const grpc::plan& what, std::chrono::nanoseconds left = 1950ms) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : grpc::request_fields(what, left)) out[name] = value;
  return out;
}

}  // namespace

TEST_CASE("grpc options: each that is invalid or has no effect is rejected") {
  const auto metadata = [](const char* name, const char* value) {
    return fakes::options{{"metadata", map_of({{name, text(value)}})}};
  };
  CHECK(problems_of({}).empty());
  CHECK(problems_of({{"service", text("grpc.health.v1.Health")}}).empty());
  CHECK(problems_of({{"tls", text("true")}, {"ca_file", text("/ca.pem")}}).empty());
  CHECK(problems_of(metadata("x-tenant", "a b")).empty());
  CHECK(problems_of({{"authority", text("[::1]:50051")}}).empty());
  CHECK(contains(problems_of({}, "http://app:1"), "without a scheme"));
  CHECK(contains(problems_of({}, "udp:app:1"), "address: gRPC needs a connection"));
  CHECK(contains(problems_of({{"service", text("/app.V1")}}), "no slash in front"));
  CHECK(contains(problems_of({{"service", text(std::string(1025, 'x'))}}), "at most 1024 bytes of UTF-8"));
  CHECK(contains(problems_of({{"service", text("\xff")}}), "of UTF-8"));
  CHECK(contains(problems_of({{"authority", text("")}}), "authority: "));
  CHECK(contains(problems_of({{"authority", text("a b")}}), "authority: "));
  CHECK(contains(problems_of({{"authority", text("http://app")}}), "authority: "));
  CHECK(contains(problems_of(metadata("X-Tenant", "a")), "lower-case letters"));
  CHECK(contains(problems_of(metadata("grpc-timeout", "1S")), "grpc-timeout is set by gRPC itself"));
  CHECK(contains(problems_of(metadata("te", "a")), "te is set by gRPC itself"));
  CHECK(contains(problems_of(metadata("host", "a")), "host is set by gRPC itself"));
  CHECK(contains(problems_of(metadata("x", "")), "the value of x is empty"));
  CHECK(contains(problems_of(metadata("x", "a\nb")), "other than printable ASCII"));
  CHECK(contains(problems_of(metadata("x", "\xc3\xa4")), "other than printable ASCII"));
  CHECK(contains(problems_of(metadata("x", " a")), "starts or ends with a blank"));
  for (const auto* valid : {"aGVsbG8=", "aGVsbG8", "aGVs,aGVsbG8= , aA", "+/+/"})
    CHECK(problems_of(metadata("x-trace-bin", valid)).empty());
  for (const auto* invalid : {"hello!", "aGVsb", "aGVsbG8===", "aG=VsbG8", "a-_b", "aGVs,h"})
    CHECK(contains(problems_of(metadata("x-trace-bin", invalid)),
                   "metadata: the value of x-trace-bin is not base64, which a name with -bin needs"));
  CHECK(problems_of(metadata("x-bin-trace", "hello!")).empty());
  CHECK(contains(problems_of({{"ca_file", text("/ca.pem")}}), "need `tls: true`"));
  CHECK(contains(problems_of({{"tls", text("true")}}, "unix:/x"), "give server_name"));
}

TEST_CASE("grpc options: the header of the call") {
  const auto header = header_of(plan_of({}));
  CHECK(header.at(":method") == "POST");
  CHECK(header.at(":scheme") == "http");
  CHECK(header.at(":path") == "/grpc.health.v1.Health/Check");
  CHECK(header.at(":authority") == "app:50051");
  CHECK(header.at("te") == "trailers");
  CHECK(header.at("content-type") == "application/grpc");
  CHECK(header.at("user-agent").starts_with("telltale/"));
  CHECK(header_of(plan_of({{"tls", text("true")}})).at(":scheme") == "https");
}

TEST_CASE("grpc options: the authority is the one given, or server_name or the host, and localhost for a Unix socket") {
  const auto authority = [](fakes::options chosen, const char* address = "app:50051") {
    return header_of(plan_of(std::move(chosen), address)).at(":authority");
  };
  CHECK(authority({}, "[::1]:443") == "[::1]:443");
  CHECK(authority({{"authority", text("other.test")}}) == "other.test");
  CHECK(authority({{"tls", text("true")}, {"server_name", text("other.test")}}) == "other.test:50051");
  CHECK(authority({}, "unix:/run/app.sock") == "localhost");
}

TEST_CASE("grpc options: the server learns how much time is left, in at most eight digits") {
  const auto what = plan_of({});
  CHECK(header_of(what, 1950ms).at("grpc-timeout") == "1950m");
  CHECK(header_of(what, 1'500us).at("grpc-timeout") == "2m");
  CHECK(header_of(what, -1s).at("grpc-timeout") == "1m");
  CHECK(header_of(what, 24h * 365).at("grpc-timeout") == "99999999m");
}

TEST_CASE("grpc options: metadata comes last; a secret of it is read, verified and hidden") {
  ::setenv("TELLTALE_TEST_SECRET", "hunter2hunter2\n", 1);
  const auto from = [](const char* name) {
    return fakes::options{{"metadata", map_of({{"authorization", map_of({{"env", text(name)}, {"prefix", text("x ")}})},
                                               {"x-short", text("no")}})}};
  };
  const auto what = plan_of(from("TELLTALE_TEST_SECRET"));
  const auto fields = grpc::request_fields(what, 1s);
  CHECK(fields.back() == std::pair<std::string, std::string>("x-short", "no"));
  CHECK(fields[fields.size() - 2].second == "x hunter2hunter2");
  CHECK(what.what.secrets == secret_list{"hunter2hunter2"});
  ::setenv("TELLTALE_TEST_SECRET", "a\nb", 1);
  CHECK_THROWS_WITH_AS(plan_of(from("TELLTALE_TEST_SECRET")),
                       "metadata: the value of authorization has characters other than printable ASCII",
                       std::runtime_error);
}
