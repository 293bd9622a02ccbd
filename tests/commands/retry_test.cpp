#include "commands/retry.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

/// A clock that advances in sleeps, and a list of responses, the last one repeated.
struct fake_world {
  std::vector<attempt> answers;
  std::chrono::milliseconds answer_takes{0};
  std::size_t asked = 0;
  std::chrono::steady_clock::time_point clock{};
  std::vector<std::chrono::milliseconds> sleeps, timeouts;
  std::vector<std::string> said;

  bool run(const retry_limits& wanted) {
    return retry("ready", wanted,
                 {[this](auto timeout) {
                    timeouts.push_back(timeout);
                    clock += std::min(answer_takes, timeout);
                    return answers[std::min(asked++, answers.size() - 1)];
                  },
                  [this](auto pause) {
                    sleeps.push_back(pause);
                    clock += pause;
                  },
                  [this] { return clock; }, [this](auto line) { said.emplace_back(line); }});
  }
};

}  // namespace

TEST_CASE("retry: a passing attempt ends it at once") {
  fake_world world{{{true, "ready check passed\n"}}};
  CHECK(world.run({60s, 500ms}));
  CHECK(world.asked == 1);
  CHECK(world.said == std::vector<std::string>{"ready after 0 us"});
}

TEST_CASE("retry: each change of reasons is printed once, changed numbers are no change") {
  fake_world world{{{false, "refused\n"},
                    {false, "refused\n"},
                    {false, "[-]model fail pending: 10% loaded\n[+]db ok\nready check failed\n"},
                    {false, "[-]model fail pending: 20% loaded\n[+]db ok\nready check failed\n"},
                    {false, "[-]model fail corrupt: bad file\n[+]db ok\nready check failed\n"},
                    {true, ""}}};
  CHECK(world.run({60s, 500ms}));
  CHECK(world.said ==
        std::vector<std::string>{"refused", "[-]model fail pending: 10% loaded; [+]db ok; ready check failed",
                                 "[-]model fail corrupt: bad file; [+]db ok; ready check failed", "ready after 2.5 s"});
}

TEST_CASE("retry: it times out with the last reasons, and never sleeps beyond the limit") {
  fake_world world{{{false, "[-]db fail missing: no file\n"}}};
  CHECK(!world.run({1200ms, 500ms}));
  CHECK(world.sleeps == std::vector<std::chrono::milliseconds>{500ms, 500ms, 200ms});
  CHECK(world.said.back() == "timed out after 1.2 s: [-]db fail missing: no file");
}

TEST_CASE("retry: a target that hangs is asked with a bounded timeout") {
  fake_world world{{{false, "no answer in time\n"}}, 1h};
  CHECK(!world.run({3s, 500ms}));
  CHECK(world.timeouts == std::vector<std::chrono::milliseconds>{2s, 500ms});
  CHECK(world.clock.time_since_epoch() == 3s);
}

TEST_CASE("retry: the last attempt has time for a response, so that the last reason is a real one") {
  fake_world world{{{false, "[-]db fail missing: no file\n"}}};
  CHECK(!world.run({600ms, 500ms}));
  CHECK(world.timeouts == std::vector<std::chrono::milliseconds>{600ms, 250ms, 250ms});
}

TEST_CASE("retry: a failure that waiting does not repair ends it at once") {
  fake_world world{{{false, "[-]db fail refused: nobody listens\n"}, {false, "[-]db fail auth: denied\n", true}}};
  CHECK(!world.run({60s, 500ms}));
  CHECK(world.asked == 2);
  CHECK(world.said.back() == "gave up, because waiting does not repair this, after 500 ms: [-]db fail auth: denied");
}
