// Implements `telltale wait` by polling without an event loop.
#include "commands/wait.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

#include "base/words.hpp"
#include "commands/find_sidecar.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds longest_question{2'000};
/// Minimum timeout of a query. Without it the last query would always end with a timeout.
constexpr milliseconds min_query_timeout{250};

std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != '\n') out += c;
    else if (!out.empty() && out.back() != ' ') out += "; ";
  }
  while (out.ends_with("; ")) out.resize(out.size() - 2);
  return out;
}

/// Two responses are equal when each line is equal up to its message.
std::string comparable_reasons(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    out += line.substr(0, line.find(": "));
    out += '\n';
  }
  return out;
}

void print_to_stderr(std::string_view line) { fmt::print(stderr, "telltale wait: {}\n", line); }

/// As PID 1 of a container the kernel drops signals without a handler, and stopping would take ten seconds.
void exit_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int number) { ::_exit(128 + number); };
  for (int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(number, &action, nullptr);  // exec resets them
}

}  // namespace

bool wait_for_gate(const wait_command& wanted, const waiting& world) {
  const auto begin = world.now();
  const auto end = begin + wanted.timeout;
  std::string last;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - world.now());
    const auto answer = world.ask(std::clamp(left, min_query_timeout, longest_question));
    const auto so_far = world.now() - begin;
    if (answer.passes) {
      world.say(fmt::format("{} after {}", to_string(wanted.question.gate), human_duration(so_far)));
      return true;
    }
    if (world.now() >= end) {
      world.say(fmt::format("timed out after {}: {}", human_duration(so_far), one_line(answer.text)));
      return false;
    }
    if (comparable_reasons(answer.text) != last) world.say(one_line(answer.text));
    last = comparable_reasons(answer.text);
    world.sleep(std::min(wanted.interval, std::chrono::ceil<milliseconds>(end - world.now())));
  }
}

int wait(const wait_command& wanted, const environment& variables, const std::string& installed_path) {
  http_target target;
  try {
    target = find_sidecar(wanted.question, variables, installed_path);
  } catch (const std::exception& error) {
    print_to_stderr(error.what());
    return exit_usage;
  }
  exit_on_signals();
  const waiting world{[&](milliseconds timeout) { return query_gate(target, timeout); },
                      [](milliseconds pause) { std::this_thread::sleep_for(pause); }, steady_clock::now,
                      print_to_stderr};
  if (!wait_for_gate(wanted, world)) return exit_unhealthy;
  return wanted.program.empty() ? exit_ok : become(wanted.program);
}

int become(const std::vector<std::string>& program) {
  std::vector<char*> arguments;
  for (const auto& word : program) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  const int error = errno;
  print_to_stderr(fmt::format("{}: {}", program.front(), std::generic_category().message(error)));
  return error == ENOENT ? 127 : 126;  // as shells do
}

}  // namespace telltale
