// Implements `telltale wait`.
#include "commands/wait.hpp"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "app/local_gate.hpp"
#include "client/query_gate.hpp"
#include "commands/exit_on_signals.hpp"
#include "commands/find_sidecar.hpp"
#include "commands/retry.hpp"
#include "diagnostics/error_text.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds default_interval{500};

retry_limits limits_of(const wait_command& wanted) {
  return {wanted.timeout, wanted.interval.value_or(default_interval)};
}

config configuration(const wait_command& wanted, const check_table& table, const environment& variables) {
  auto loaded = load_config(wanted.question.config.value_or(""), table, variables);
  if (const auto* errors = std::get_if<config_errors>(&loaded)) throw std::runtime_error(to_text(*errors));
  auto& valid = std::get<config>(loaded);
  if (wanted.interval)
    for (auto& one : valid.checks) one.settings.failing_interval = std::min(*wanted.interval, one.settings.interval);
  return std::move(valid);
}

/// Everything that ran the checks has ended when it returns.
bool run_until_passed(const wait_command& wanted, config checks) {
  local_gate own(std::move(checks), wanted.question.gate);
  auto world = terminal_environment("wait");
  world.ask = [&](milliseconds timeout) {
    const auto found = own.ask(timeout);
    return attempt{found.passes, found.text, wanted.fail_fast && found.permanent};
  };
  world.sleep = [&](milliseconds pause) { own.run_for(pause); };
  return retry(to_string(wanted.question.gate), limits_of(wanted), world);
}

int not_started(std::string text) {
  if (!text.ends_with('\n')) text = fmt::format("telltale wait: {}\n", text);
  fmt::print(stderr, "{}", text);
  return exit_usage;
}

int finish(const wait_command& wanted, bool passed) {
  if (!passed) return exit_unhealthy;
  return wanted.program.empty() ? exit_ok : become(wanted.program);
}

}  // namespace

int wait(const wait_command& wanted, const environment& variables, const std::string& installed_path) {
  http_target target;
  try {
    target = find_sidecar(wanted.question, variables, installed_path);
  } catch (const std::exception& error) {
    return not_started(error.what());
  }
  exit_on_signals();
  auto world = terminal_environment("wait");
  world.ask = [&](milliseconds timeout) {
    auto answer = query_gate(target, timeout);
    return attempt{answer.passes, std::move(answer.text)};
  };
  return finish(wanted, retry(to_string(wanted.question.gate), limits_of(wanted), world));
}

int wait_and_run(const wait_command& wanted, const check_table& table, const environment& variables) {
  exit_on_signals();
  bool passed = false;
  try {
    passed = run_until_passed(wanted, configuration(wanted, table, variables));
  } catch (const std::exception& error) {
    return not_started(error.what());
  }
  return finish(wanted, passed);
}

int become(const std::vector<std::string>& program) {
  std::vector<char*> arguments;
  for (const auto& word : program) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  const int error = errno;
  fmt::print(stderr, "telltale wait: {}: {}\n", program.front(), std::generic_category().message(error));
  return error == ENOENT ? 127 : 126;  // as shells do
}

}  // namespace telltale
