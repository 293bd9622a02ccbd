// Implements retrying without I/O of its own.
#include "commands/retry.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/words.hpp"

namespace telltale {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_question{2'000};
/// Minimum timeout of an attempt. Without it the last one would always end with a timeout.
constexpr milliseconds min_question{250};

std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != '\n') out += c;
    else if (!out.empty() && out.back() != ' ') out += "; ";
  }
  while (out.ends_with("; ")) out.resize(out.size() - 2);
  return out;
}

/// Two texts are equal when each line is equal up to its message.
std::string comparable_reasons(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    out += line.substr(0, line.find(": "));
    out += '\n';
  }
  return out;
}

}  // namespace

retry_environment terminal_environment(std::string_view command) {
  retry_environment out;
  out.sleep = [](milliseconds pause) { std::this_thread::sleep_for(pause); };
  out.now = std::chrono::steady_clock::now;
  out.say = [name = std::string(command)](std::string_view line) {
    fmt::print(stderr, "telltale {}: {}\n", name, line);
  };
  return out;
}

bool retry(std::string_view goal, const retry_limits& limits, const retry_environment& world) {
  const auto begin = world.now();
  const auto end = begin + limits.timeout;
  std::string last;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - world.now());
    const auto answer = world.ask(std::clamp(left, min_question, longest_question));
    const auto so_far = human_duration(world.now() - begin);
    if (answer.passes) {
      world.say(fmt::format("{} after {}", goal, so_far));
      return true;
    }
    const bool late = world.now() >= end;
    if (answer.permanent || late) {
      const auto* how = answer.permanent ? "gave up, because waiting does not repair this," : "timed out";
      world.say(fmt::format("{} after {}: {}", how, so_far, one_line(answer.text)));
      return false;
    }
    if (comparable_reasons(answer.text) != last) world.say(one_line(answer.text));
    last = comparable_reasons(answer.text);
    world.sleep(std::min(limits.interval, std::chrono::ceil<milliseconds>(end - world.now())));
  }
}

}  // namespace telltale
