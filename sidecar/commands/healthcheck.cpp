// Implements `telltale healthcheck`. All output goes to standard output, which `kubectl describe` and `docker inspect`
// show.
#include "commands/healthcheck.hpp"

#include <fmt/format.h>

#include "client/query_gate.hpp"
#include "commands/find_sidecar.hpp"
#include "results/exit_code.hpp"

namespace telltale {

command_result healthcheck(const healthcheck_command& asked, const environment& variables,
                           const std::string& installed_path) {
  try {
    const auto answer = query_gate(find_sidecar(asked.question, variables, installed_path), asked.timeout);
    return {answer.passes ? exit_ok : exit_unhealthy, answer.text, ""};
  } catch (const std::exception& error) {
    return {exit_unhealthy, fmt::format("telltale healthcheck: {}\n", error.what()), ""};
  }
}

}  // namespace telltale
