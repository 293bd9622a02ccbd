#include "worker/worker_loop.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

// Records the calls of the checks of this test, and sets their behaviour.
struct stage {
  int built = 0;
  std::vector<std::string> ran;
  std::chrono::system_clock::time_point started_at;
  std::chrono::nanoseconds until_deadline{0};
  bool throws = false;
  std::function<void(std::size_t)> before_running;  ///< called with the number of runs so far
  std::string message;                              ///< replaces the check's own message
};

class staged_check final : public blocking_check {
 public:
  staged_check(stage& s, std::string how) : stage_(s), how_(std::move(how)) { ++stage_.built; }
  outcome probe(probe_context& ctx) override {
    if (stage_.before_running) stage_.before_running(stage_.ran.size());
    stage_.ran.push_back(how_);
    stage_.started_at = ctx.started_at;
    stage_.until_deadline = ctx.deadline - ctx.now;
    ctx.memory.set("n", ctx.memory.get("n").value_or(0) + 1);
    if (how_ == "throw" || stage_.throws) throw std::runtime_error("out of luck");
    if (how_ == "slow") std::this_thread::sleep_for(30ms);
    return outcome::pass(stage_.message.empty() ? how_ : stage_.message);
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

struct fixture {
  fixture() {
    loop.handle(wire::hello{std::chrono::system_clock::time_point(5s)});
    std::uint64_t number = 0;
    for (const auto* how : {"ok", "throw", "slow", "unbuildable"})
      loop.handle(wire::define{number++, "staged", raw_value::scalar(how)});
    loop.handle(wire::define{10, "network", {}});
    loop.handle(wire::define{11, "unknown", {}});
  }
  void run(std::vector<std::uint64_t> tasks) {
    wire::run_batch batch{++batches, {}};
    for (const auto task : tasks) batch.items.push_back({100 + task, task, 2s, {}});
    shared->open(batch.batch);
    going_on = loop.handle(batch);
    const auto written = shared->results_since(0);
    REQUIRE(written);
    auto read = wire::decode_outcomes(*written);
    REQUIRE(read);
    found = std::move(*read);
  }

  stage on;
  check_table table = table_on(on);
  std::vector<wire::from_worker> sent;
  bool program_is_there = true;
  bool going_on = true;
  std::uint64_t batches = 0;
  std::vector<wire::run_outcome> found;  ///< of the last batch
  std::unique_ptr<result_buffer> shared = std::make_unique<result_buffer>();
  std::size_t stops = 0;  ///< of the deadline timer
  worker_loop loop{table, *shared, [this](const wire::from_worker& m) { return sent.push_back(m), program_is_there; },
                   [this] { ++stops; }};
};

}  // namespace

TEST_CASE("worker loop: runs a batch in order and reports each outcome") {
  fixture f;
  f.run({0, 1, 0});
  REQUIRE(f.found.size() == 3);
  CHECK(f.found[0].number == 100);
  CHECK(f.found[0].outcome.message == "ok");
  CHECK(f.found[0].memory->get("n") == 1);
  CHECK(f.found[1].number == 101);
  CHECK(f.on.ran == std::vector<std::string>{"ok", "throw", "ok"});
  CHECK(f.on.started_at == std::chrono::system_clock::time_point(5s));
  CHECK(f.on.until_deadline == 2s);
}

TEST_CASE("worker loop: a check is built once, at its first run, until it is forgotten") {
  fixture f;
  CHECK(f.on.built == 0);
  f.run({0, 0});
  CHECK(f.on.built == 1);
  f.loop.handle(wire::forget{0});
  f.run({0});
  CHECK(f.found[0].outcome.reason == reason::internal);
  CHECK(f.on.built == 1);
}

TEST_CASE("worker loop: every failure is reported and leaves the check's state unchanged") {
  struct row {
    std::uint64_t task;
    std::string message;
  };
  for (const auto& [task, message] :
       std::vector<row>{{1, "the check failed: out of luck"},
                        {3, "the check failed: no such secret"},
                        {10, "the check failed: there is no blocking check type 'network'"},
                        {11, "the check failed: there is no blocking check type 'unknown'"},
                        {12, "the check failed: unknown task"}}) {
    fixture f;
    f.run({task});
    REQUIRE(f.found.size() == 1);
    CHECK(f.found[0].outcome == outcome::fail(reason::internal, message));
    CHECK_FALSE(f.found[0].memory);
  }
}

TEST_CASE("worker loop: many quick runs wake the program far fewer times") {
  fixture f;
  f.run(std::vector<std::uint64_t>(200, 0));
  CHECK(f.found.size() == 200);
  CHECK(f.sent.size() < 100);  // one on an otherwise idle machine
}

TEST_CASE("worker loop: unchanged outcomes do not wake a program that does not wait") {
  fixture f;
  const outcome_kind passed{verdict::pass, reason::ok};
  const outcome_kind failed{verdict::fail, reason::internal};
  const auto told_of = [&](std::optional<outcome_kind> unchanged_kind, bool wake_wanted) {
    f.sent.clear();
    const wire::run_batch batch{++f.batches, {{100, 0, 2s, {}, unchanged_kind}}};
    f.shared->open(batch.batch, wake_wanted);
    CHECK(f.loop.handle(batch));
    return !f.sent.empty();
  };
  CHECK(told_of(std::nullopt, false));
  CHECK_FALSE(told_of(passed, false));
  CHECK(told_of(passed, true));
  CHECK(told_of(failed, false));
  f.on.throws = true;
  CHECK(told_of(passed, false));
  CHECK_FALSE(told_of(failed, false));
  CHECK(f.stops == 6);
}

TEST_CASE("worker loop: outcomes of a long batch are announced before its end") {
  fixture f;
  f.run({0, 2, 0});
  CHECK(f.found.size() == 3);
  CHECK(f.found[1].duration >= 30ms);
  REQUIRE(f.sent.size() == 2);
  for (const auto& message : f.sent) CHECK(std::holds_alternative<wire::results_written>(message));
}

TEST_CASE("worker loop: runs that the program has taken back do not begin") {
  fixture f;
  f.on.before_running = [&](std::size_t runs) {
    if (runs == 1) CHECK(f.shared->close(1) == 2);
  };
  f.run({0, 0, 0, 0});
  CHECK(f.found.size() == 2);
  CHECK(f.on.ran.size() == 2);
  CHECK_FALSE(f.sent.empty());
}

TEST_CASE("worker loop: the first run begins even when the program has closed the batch") {
  fixture f;
  wire::run_batch batch{7, {{100, 0, 2s, {}}, {101, 0, 2s, {}}}};
  f.shared->open(7);
  CHECK(f.shared->close(7) == 1);
  CHECK(f.loop.handle(batch));
  CHECK(f.on.ran.size() == 1);
}

TEST_CASE("worker loop: a batch that was replaced by another is not continued") {
  fixture f;
  f.on.before_running = [&](std::size_t) { f.shared->open(99); };
  wire::run_batch batch{7, {{100, 0, 2s, {}}, {101, 0, 2s, {}}}};
  f.shared->open(7);
  CHECK(f.loop.handle(batch));
  CHECK(f.on.ran.size() == 1);
}

TEST_CASE("worker loop: without room for one more outcome the rest is returned") {
  fixture f;
  f.on.message = std::string(1000, 'x');
  f.run(std::vector<std::uint64_t>(500, 0));
  CHECK(f.found.size() > 100);
  CHECK(f.found.size() < 300);
  CHECK(f.shared->closed(1) == f.found.size());
  CHECK_FALSE(f.shared->has_room());
  f.run({0});
  CHECK(f.found.size() == 1);
}

TEST_CASE("worker loop: begins no further run when it cannot wake the program") {
  fixture f;
  f.program_is_there = false;
  f.run({2, 0});
  CHECK_FALSE(f.going_on);
  CHECK(f.on.ran.size() == 1);
}

TEST_CASE("worker loop: resolves a name") {
  fixture f;
  CHECK(f.loop.handle(wire::lookup{7, "127.0.0.1", 80}));
  REQUIRE(f.sent.size() == 1);
  const auto& answer = std::get<wire::lookup_result>(f.sent[0]);
  CHECK(answer.number == 7);
  REQUIRE(answer.resolution.endpoints.size() == 1);
  CHECK(answer.resolution.endpoints[0].port() == 80);
}
