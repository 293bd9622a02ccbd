// Implements `telltale healthcheck`. All output goes to standard output, which `kubectl describe` and `docker inspect`
// show.
#include "commands/healthcheck.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "client/query_gate.hpp"
#include "commands/find_sidecar.hpp"
#include "results/exit_code.hpp"

namespace telltale {
namespace {

command_result failed(std::string_view sentence) {
  return {exit_unhealthy, fmt::format("telltale healthcheck: {}\n", sentence), ""};
}

config only_check(const check_type& type, const healthcheck_command& asked) {
  problems errors;
  type.validate(*asked.http, errors, {});
  if (!errors.empty()) throw std::runtime_error(errors.list().front().message);
  config out;
  auto& one = out.checks.emplace_back();
  one.settings.name = one.settings.type = type.name;
  one.settings.timeout = asked.timeout;
  one.type = &type;
  one.options = *asked.http;
  return out;
}

}  // namespace

command_result healthcheck(const healthcheck_command& asked, const environment& variables,
                           const std::string& installed_path) {
  try {
    const auto answer = query_gate(find_sidecar(asked.question, variables, installed_path), asked.timeout);
    return {answer.passes ? exit_ok : exit_unhealthy, answer.text, ""};
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

command_result healthcheck_http(const healthcheck_command& asked, const check_table& table,
                                const std::function<check_results(const config&)>& run) {
  const auto* type = find_type(table, "http");
  if (!type) return failed("this program has no check type http");
  try {
    const auto results = run(only_check(*type, asked));
    const auto& found = results.at(0).found;
    auto line = fmt::format("{} {}: {}", to_string(found.verdict), to_string(found.reason), printable(found.message));
    return {results_exit_code(results), shortened(line, longest_answer_text - 1) + "\n", ""};
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

}  // namespace telltale
