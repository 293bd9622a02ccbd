#include "worker/job_runner.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

// Records the calls of the checks of this test.
struct stage {
  int built = 0;
  int destroyed = 0;
  std::chrono::system_clock::time_point started_at;
  std::chrono::nanoseconds until_deadline{0};
};

class staged_check final : public blocking_check {
 public:
  staged_check(stage& s, std::string how) : stage_(s), how_(std::move(how)) { ++stage_.built; }
  ~staged_check() override { ++stage_.destroyed; }
  outcome probe(probe_context& ctx) override {
    stage_.started_at = ctx.started_at;
    stage_.until_deadline = ctx.deadline - ctx.now;
    if (how_ != "forgetful") ctx.memory.set("n", ctx.memory.get("n").value_or(0) + 1);
    if (how_ == "throw") throw std::runtime_error("out of luck");
    return outcome::pass(how_ == "long" ? std::string(5000, 'x') : how_);
  }

 private:
  stage& stage_;
  std::string how_;
};

check_table table_on(stage& s) {
  check_type type;
  type.name = "staged";
  type.make_blocking = [&s](const raw_value& options) -> std::unique_ptr<blocking_check> {
    if (options.text == "unbuildable") throw std::runtime_error("no such secret");
    return std::make_unique<staged_check>(s, options.text);
  };
  check_type async_only;
  async_only.name = "network";
  return {type, async_only};
}

std::string definition_of(const char* type, const char* how) {
  return wire::encode(wire::definition{type, raw_value::scalar(how)});
}

struct fixture {
  wire::run_answer run(std::string definition, memory remembered = {}) {
    const auto payload = wire::encode(
        wire::run_request{std::move(definition), std::chrono::system_clock::time_point(5s), 2s, std::move(remembered)});
    const auto answer = runner.run(payload, now);
    REQUIRE(answer);
    const auto found = wire::decode_run_answer(*answer);
    REQUIRE(found);
    return *found;
  }
  wire::run_answer run(const char* how) { return run(definition_of("staged", how)); }

  stage on;
  check_table table = table_on(on);
  wire::clock::time_point now{1000s};
  job_runner runner{table};
};

}  // namespace

TEST_CASE("job runner: a run reports the outcome and the new state") {
  fixture f;
  memory remembered;
  remembered.set("n", 6);
  const auto found = f.run(definition_of("staged", "ok"), remembered);
  CHECK(found.outcome == outcome::pass("ok"));
  REQUIRE(found.memory);
  CHECK(found.memory->get("n") == 7);
  CHECK(f.on.started_at == std::chrono::system_clock::time_point(5s));
  CHECK(f.on.until_deadline == 2s);
  CHECK_FALSE(f.run("forgetful").memory);
}

TEST_CASE("job runner: a check is built once and kept while it is in use") {
  fixture f;
  for (int n = 0; n < 10; ++n) {
    f.run("ok");
    f.now += job_runner::keep_unused / 2;
  }
  CHECK(f.on.built == 1);
  f.run("other");
  CHECK(f.on.built == 2);
  CHECK(f.on.destroyed == 0);
}

TEST_CASE("job runner: a check that is no longer in use is destroyed, and built again when it is") {
  fixture f;
  f.run("removed");
  f.now += job_runner::keep_unused;
  f.run("ok");
  CHECK(f.on.destroyed == 1);
  f.run("removed");
  CHECK(f.on.built == 3);
}

TEST_CASE("job runner: every failure is reported and leaves the check's state unchanged") {
  fixture f;
  struct row {
    std::string definition;
    std::string message;
  };
  for (const auto& [definition, message] :
       std::vector<row>{{definition_of("staged", "throw"), "the check failed: out of luck"},
                        {definition_of("staged", "unbuildable"), "the check failed: no such secret"},
                        {definition_of("network", ""), "the check failed: there is no blocking check type 'network'"},
                        {definition_of("unknown", ""), "the check failed: there is no blocking check type 'unknown'"},
                        {"", "the check failed: its definition is malformed"}})
    for (int twice = 0; twice < 2; ++twice) {
      const auto found = f.run(definition);
      CHECK(found.outcome == outcome::fail(reason::internal, message));
      CHECK_FALSE(found.memory);
    }
}

TEST_CASE("job runner: an outcome is limited before it is sent") {
  fixture f;
  CHECK(f.run("long").outcome.message.size() <= 1024);
}

TEST_CASE("job runner: resolves a name") {
  fixture f;
  const auto answer = f.runner.run(wire::encode(wire::lookup_request{"127.0.0.1", 80}), f.now);
  REQUIRE(answer);
  const auto found = wire::decode_resolution(*answer);
  REQUIRE(found);
  REQUIRE(found->endpoints.size() == 1);
  CHECK(found->endpoints[0].port() == 80);
}

TEST_CASE("job runner: a malformed job has no answer") {
  fixture f;
  CHECK_FALSE(f.runner.run("", f.now));
  CHECK_FALSE(f.runner.run("\x07junk", f.now));
}
