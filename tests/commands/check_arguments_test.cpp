#include "commands/check_arguments.hpp"

#include <doctest/doctest.h>

#include <telltale/option.hpp>

using namespace telltale;

namespace {

struct door_options {
  file_path ca_file;
  secret_map headers;
  text_or_secret body;
  std::vector<bytes> sizes;
  upper_limit<std::chrono::milliseconds> latency;
  static options_of<door_options> declared() {
    using self = door_options;
    return options_of<self>()
        .required("ca_file", &self::ca_file, "Which.")
        .optional("headers", &self::headers, "What to send.")
        .optional("body", &self::body, "What to send then.")
        .optional("sizes", &self::sizes, "How large.")
        .optional("latency", &self::latency, "How fast.");
  }
};

class door_check final : public blocking_check {
 public:
  explicit door_check(door_options) {}
  outcome probe(probe_context&) override { return outcome::pass("closed"); }
};

check_type door() { return blocking_type<door_check, door_options>({.name = "door"}); }

raw_value parsed(const std::string& flag, std::vector<std::string> words) {
  auto all = check_arguments_of(door(), "");
  for (auto& one : all)
    if (one.flag == flag) one.words = std::move(words);
  return options_map(all);
}

}  // namespace

TEST_CASE("check arguments: flags are the names of the options, a map's in the singular") {
  std::vector<std::string> flags;
  for (const auto& one : check_arguments_of(door(), "sizes")) flags.push_back(one.flag);
  CHECK(flags == std::vector<std::string>{"--ca-file", "--header", "--body", "--latency"});
}

TEST_CASE("check arguments: nothing given is an empty map") { CHECK(parsed("", {}).members.empty()); }

TEST_CASE("check arguments: a map takes NAME=VALUE, and NAME: VALUE as curl does") {
  const auto found = parsed("--header", {"A=b: c", "Authorization: Basic YWJj=", "Empty="});
  const auto* headers = found.find("headers");
  REQUIRE(headers);
  CHECK(headers->find("A")->text == "b: c");
  CHECK(headers->find("Authorization")->text == "Basic YWJj=");
  CHECK(headers->find("Empty")->text.empty());
  CHECK_THROWS_AS(parsed("--header", {"=b"}), usage_error);
}

TEST_CASE("check arguments: a value that may be a secret names its source") {
  CHECK(parsed("--body", {"env:BODY"}).find("body")->find("env")->text == "BODY");
  CHECK(parsed("--body", {"file:/run/body"}).find("body")->find("file")->text == "/run/body");
  CHECK(parsed("--body", {"plain"}).find("body")->text == "plain");
  CHECK(parsed("--header", {"X=env:KEY"}).find("headers")->find("X")->find("env")->text == "KEY");
}

TEST_CASE("check arguments: the type validates every value") {
  auto found = parsed("--sizes", {"1KiB", "2"});
  REQUIRE(found.find("sizes")->items.size() == 2);
  problems errors;
  door().validate(found, errors, {});
  REQUIRE(errors.size() == 2);
  CHECK(errors.list()[0].message == "option 'ca_file' is missing");
  CHECK(errors.list()[1].message.find("sizes: expected a size") == 0);
}
