#include "commands/validate.hpp"

#include <doctest/doctest.h>

#include "fakes/temp_folder.hpp"

using namespace telltale;

TEST_CASE("validate: every file is reported, and one invalid file decides the exit code") {
  temp_folder folder;
  const auto good = folder.write("good.yaml", "{ready_without_checks: true, checks: []}\n");
  const auto bad = folder.write("bad.yaml", "{chekcs: []}\n");
  const auto missing = folder.path() + "/missing.yaml";
  const environment none = [](std::string_view) { return std::nullopt; };

  const auto all = validate({{bad, good, missing}}, {}, none);
  CHECK(all.exit_code == 2);
  CHECK(all.out == good + ": ok (0 checks)\n");
  CHECK(all.err.find(bad + ":1:2: ") != std::string::npos);
  CHECK(all.err.find("did you mean 'checks'?") != std::string::npos);
  CHECK(all.err.find(missing) != std::string::npos);

  const auto fine = validate({{good}}, {}, none);
  CHECK(fine.exit_code == 0);
  CHECK(fine.err.empty());
}
