#include "commands/check.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include "fakes/temp_folder.hpp"

using namespace telltale;

namespace {

struct door_options {
  file_path path;
  static options_of<door_options> declared() {
    return options_of<door_options>().required("path", &door_options::path, "Which.");
  }
};

class door_check final : public blocking_check {
 public:
  explicit door_check(door_options) {}
  outcome probe(probe_context&) override { return outcome::pass("closed"); }
};

check_table table() {
  return {blocking_type<door_check, door_options>({.name = "door", .summary = "Watches a door."})};
}

/// Every check whose name begins with b fails.
check_results fake_run(const config& chosen) {
  check_results out;
  for (const auto& one : chosen.checks)
    out.push_back(
        {one,
         one.settings.name.starts_with('b') ? outcome::fail(reason::missing, "no door") : outcome::pass("closed"),
         {}});
  return out;
}

const std::string three =
    "checks:\n"
    "- {name: alpha, type: door, path: /a}\n"
    "- {name: beta, type: door, path: /b}\n"
    "- {name: gamma, type: door, path: /c}\n";

command_result run(const std::string& text, check_command asked, check_environment world = {}) {
  temp_folder folder;
  asked.config = folder.write("t.yaml", text);
  if (!world.variables) world.variables = [](std::string_view) { return std::nullopt; };
  if (!world.prepare) world.prepare = [](const config& chosen) { return [&chosen] { return fake_run(chosen); }; };
  return check(asked, table(), world);
}

check_command wants(std::vector<std::string> names, result_format format = result_format::text) {
  check_command out;
  out.names = std::move(names);
  out.format = format;
  return out;
}

}  // namespace

TEST_CASE("check: all checks run, and a critical failure is exit code 1") {
  const auto done = run(three, wants({}));
  CHECK(done.exit_code == 1);
  CHECK(done.out == "[+]alpha ok\n[-]beta fail missing: no door\n[+]gamma ok\n");
  CHECK(done.err.empty());
}

TEST_CASE("check: only the named checks run, in configuration order") {
  const auto done = run(three, wants({"gamma", "alpha", "gamma"}));
  CHECK(done.exit_code == 0);
  CHECK(done.out == "[+]alpha ok\n[+]gamma ok\n");
}

TEST_CASE("check: an unknown name is a usage error with a hint, and nothing runs") {
  check_environment world;
  world.prepare = [](const config&) -> std::function<check_results()> { throw std::runtime_error("must not run"); };
  const auto done = run(three, wants({"alpha", "gama"}), world);
  CHECK(done.exit_code == 2);
  CHECK(done.out.empty());
  CHECK(done.err.find("has no check 'gama'; did you mean 'gamma'?") != std::string::npos);
}

TEST_CASE("check: an invalid configuration is reported with its location") {
  const auto done = run("checks:\n- {name: a, type: door, pth: /a}\n", wants({}));
  CHECK(done.exit_code == 2);
  CHECK(done.err.find("t.yaml:2:") != std::string::npos);
  CHECK(done.err.find("did you mean 'path'?") != std::string::npos);
}

TEST_CASE("check: with Nagios output every error is one line on standard output and code 3") {
  const auto done = run("checks: [\n", wants({}, result_format::nagios));
  CHECK(done.exit_code == 3);
  CHECK(done.err.empty());
  CHECK(done.out.starts_with("TELLTALE UNKNOWN - "));
  CHECK(done.out.find('\n') == done.out.size() - 1);
  CHECK(run(three, wants({}, result_format::nagios)).exit_code == 2);
}

TEST_CASE("check: a check that cannot be built is reported, not thrown") {
  check_environment world;
  world.prepare = [](const config&) -> std::function<check_results()> {
    throw std::runtime_error("the secret cannot be read");
  };
  const auto done = run(three, wants({}), world);
  CHECK(done.exit_code == 2);
  CHECK(done.err == "telltale check: the secret cannot be read\n");
}

namespace {

/// Runs take a second, and `beta` passes from the run with this number on.
struct attempts {
  int passes_at;
  int built = 0;
  int runs = 0;
  std::chrono::steady_clock::time_point clock{};
  std::vector<std::string> said;

  check_environment world() {
    check_environment out;
    out.prepare = [this](const config& chosen) {
      ++built;
      return [this, &chosen] { return run(chosen); };
    };
    out.waiting.sleep = [this](auto pause) { clock += pause; };
    out.waiting.now = [this] { return clock; };
    out.waiting.say = [this](auto line) { said.emplace_back(line); };
    return out;
  }

  check_results run(const config& chosen) {
    ++runs;
    clock += std::chrono::seconds(1);
    auto results = fake_run(chosen);
    for (auto& one : results)
      if (runs >= passes_at) one.found = outcome::pass("closed");
    return results;
  }
};

}  // namespace

TEST_CASE("check: with --for all checks run again until they pass, and the last results are printed") {
  attempts tried{3};
  auto asked = wants({});
  asked.limit = std::chrono::seconds(60);
  const auto done = run(three, asked, tried.world());
  CHECK(done.exit_code == 0);
  CHECK(done.out == "[+]alpha ok\n[+]beta ok\n[+]gamma ok\n");
  CHECK(tried.runs == 3);
  CHECK(tried.built == 1);  // checks keep their state
  CHECK(tried.said == std::vector<std::string>{"[-]beta fail missing: no door", "passed after 5 s"});
}

TEST_CASE("check: with --for the last failing results are printed when the time is over") {
  attempts tried{99};
  auto asked = wants({});
  asked.limit = std::chrono::seconds(4);
  const auto done = run(three, asked, tried.world());
  CHECK(done.exit_code == 1);
  CHECK(done.out == "[+]alpha ok\n[-]beta fail missing: no door\n[+]gamma ok\n");
  CHECK(tried.runs == 3);  // at 0, 2 and 4 s
  CHECK(tried.said == std::vector<std::string>{"[-]beta fail missing: no door",
                                               "timed out after 5 s: [-]beta fail missing: no door"});
}

TEST_CASE("check: with --for a failing check of severity degraded passes at once, as its exit code does") {
  attempts tried{99};
  auto asked = wants({});
  asked.limit = std::chrono::seconds(4);
  const auto done = run("checks: [{name: beta, type: door, path: /b, severity: degraded}]\n", asked, tried.world());
  CHECK(done.exit_code == 0);
  CHECK(tried.runs == 1);
}

TEST_CASE("check: the table is coloured on a terminal, unless NO_COLOR or the option disables it") {
  struct row {
    color_mode mode;
    bool terminal;
    const char* no_color;
    bool coloured;
  };
  for (const auto& [mode, terminal, no_color, coloured] : {
           row{color_mode::automatic, true, nullptr, true},
           row{color_mode::automatic, true, "", true},
           row{color_mode::automatic, true, "1", false},
           row{color_mode::automatic, false, nullptr, false},
           row{color_mode::always, false, "1", true},
           row{color_mode::never, true, nullptr, false},
       }) {
    check_environment world;
    world.terminal = terminal;
    world.variables = [no_color](std::string_view name) -> std::optional<std::string> {
      if (name != "NO_COLOR" || !no_color) return std::nullopt;
      return no_color;
    };
    auto asked = wants({}, result_format::table);
    asked.color = mode;
    CHECK((run(three, asked, world).out.find('\x1B') != std::string::npos) == coloured);
  }
}
