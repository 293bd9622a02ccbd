// Everything goes to standard output: that is what `kubectl describe` and `docker inspect` show.
#include "commands/healthcheck.hpp"

#include <fmt/format.h>

#include "commands/ask_gate.hpp"
#include "commands/find_sidecar.hpp"
#include "commands/program.hpp"

namespace telltale {

command_result healthcheck(const healthcheck_command& asked, check_table_source table, const environment& variables) {
  try {
    const auto answer = ask_gate(find_sidecar(asked.question, table, variables), asked.timeout);
    return {answer.passes ? exit_ok : exit_unhealthy, answer.text, ""};
  } catch (const std::exception& error) {
    return {exit_unhealthy, fmt::format("telltale healthcheck: {}\n", error.what()), ""};
  }
}

}  // namespace telltale
