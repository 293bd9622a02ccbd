// Tests the options of the backup check, and the check that `integrity` adds.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace {

std::string refused(std::vector<raw_member> options) {
  options.push_back(option("path", "/backup/app.db"));
  problems errors;
  checks::sqlite_backup().validate(raw_value::map(std::move(options)), errors, {});
  return errors.empty() ? std::string() : errors.list().front().message;
}

}  // namespace

TEST_CASE("sqlite backup options: what cannot be meant is refused") {
  CHECK(refused({}) == "");
  CHECK(refused({option("database", "/data/app.db")}) == "");
  CHECK(refused({option("database", "/backup/app.db")}) == "path: must not be the database itself");
  CHECK(refused({option("encrypted", "true"), limit_option("integrity", {option("every", "6h")})}) ==
        "integrity: telltale has no key to an encrypted database");
  CHECK(refused({limit_option("integrity", {option("every", "30s")})}) ==
        "integrity.timeout: 1m is not below integrity.every 30s - a run must end before the next one is due");
  CHECK(refused({limit_option("integrity", {option("every", "500ms"), option("timeout", "200ms")})}) ==
        "integrity.every: 500ms is too short - use at least 1s");
  CHECK(refused({limit_option("integrity", {option("every", "6h"), option("timeout", "99ms")})}) ==
        "integrity.timeout: 99ms is too short - use at least 100ms");
}

TEST_CASE("sqlite backup options: `integrity` adds a check that reads the backup as an immutable file") {
  const auto type = checks::sqlite_backup();
  std::vector<raw_member> options;
  options.push_back(option("path", "/backup/app.db"));
  CHECK(type.added_checks(raw_value::map(options)).empty());
  options.push_back(limit_option("integrity", {option("every", "1h")}));
  const auto added = type.added_checks(raw_value::map(options));
  REQUIRE(added.size() == 1);
  CHECK(added[0].option == "integrity");
  CHECK(added[0].type == "sqlite_integrity");
  CHECK(added[0].entry.find("path")->text == "/backup/app.db");
  CHECK(added[0].entry.find("interval")->text == "1h");
  CHECK_FALSE(added[0].entry.find("timeout"));
  CHECK(added[0].entry.find("immutable")->text == "true");
  CHECK_FALSE(added[0].entry.find("intact_age"));
}

TEST_CASE("sqlite backup options: `intact_age` of the added check follows a long interval in days") {
  const auto type = checks::sqlite_backup();
  const auto warn_with = [&](const char* every) {
    const auto added = type.added_checks(
        raw_value::map({option("path", "/backup/app.db"), limit_option("integrity", {option("every", every)})}));
    const auto* age = added.at(0).entry.find("intact_age");
    return age ? age->find("warn")->text : "";
  };
  CHECK(warn_with("11h") == "");
  CHECK(warn_with("12h") == "2d");
  CHECK(warn_with("20h") == "2d");  // a reload with another interval keeps the check
  CHECK(warn_with("7d") == "15d");
}
