#include "commands/validate.hpp"

#include <doctest/doctest.h>

#include <telltale/option.hpp>

#include "fakes/temp_folder.hpp"

using namespace telltale;

namespace {

struct door_options {
  bool open = false;
  std::vector<option_hint> hints() const {
    if (!open) return {};
    return {{"open", "open: anybody can walk in - close it"}};
  }
  static options_of<door_options> declared() {
    return options_of<door_options>().optional("open", &door_options::open, "Whether.");
  }
};

class door_check final : public blocking_check {
 public:
  explicit door_check(door_options) {}
  outcome probe(probe_context&) override { return outcome::pass("closed"); }
};

}  // namespace

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

TEST_CASE("validate: a hint has its location, and the file stays valid") {
  temp_folder folder;
  const auto file = folder.write("t.yaml", "checks:\n- {name: a, type: door, open: true}\n- {name: b, type: door}\n");
  const environment none = [](std::string_view) { return std::nullopt; };
  const auto found = validate({{file}}, {blocking_type<door_check, door_options>({.name = "door"})}, none);
  CHECK(found.exit_code == 0);
  CHECK(found.out == file + ": ok (2 checks)\n");
  CHECK(found.err == file + ":2:31: hint: open: anybody can walk in - close it\n");
}
