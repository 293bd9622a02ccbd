// Runs the command selected by the arguments and prints its output.
#include <telltale/program.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>

#include "app/blocked_signals.hpp"
#include "app/check_set.hpp"
#include "app/serve.hpp"
#include "app/standard_streams.hpp"
#include "commands/check.hpp"
#include "commands/command_line.hpp"
#include "commands/exit_on_signals.hpp"
#include "commands/healthcheck.hpp"
#include "commands/list_checks.hpp"
#include "commands/retry.hpp"
#include "commands/validate.hpp"
#include "commands/wait.hpp"
#include "diagnostics/error_text.hpp"
#include "log/journal.hpp"
#include "reference/schema.hpp"
#include "results/exit_code.hpp"
#include "worker/worker_main.hpp"

namespace telltale {
namespace {

bool print(std::FILE* to, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
}

int print(const command_result& result) {
  print(stderr, result.err);
  if (print(stdout, result.out)) return result.exit_code;
  // A full disk must not look like a complete schema or a passed check.
  print(stderr, "telltale: cannot write to standard output\n");
  return result.exit_code == exit_ok ? exit_unhealthy : result.exit_code;
}

/// What is logged below this level is part of the results.
void log_from(log_level least) { configure_log({log_format::text, least}); }

std::function<check_results()> prepare(const config& conf) {
  return [checks = std::make_shared<check_set>(conf)] { return checks->run_once(); };
}

/// Runs the selected command; each overload returns the exit code of the program.
struct runner {
  check_table_source table;

  int operator()(const command_result& answer) const { return print(answer); }

  int operator()(const serve_command& asked) const {
    block_signals();
    auto loaded = load_config(asked.config, table(), process_environment());
    if (const auto* errors = std::get_if<config_errors>(&loaded))
      return print({exit_usage, "", as_errors(to_text(*errors))});
    configure_log(asked.log);
    return serve(std::move(std::get<config>(loaded)), serve_options{asked.listen, asked.config, &table()});
  }

  int operator()(const check_command& asked) const {
    log_from(log_level::error);
    if (asked.limit.count() != 0) exit_on_signals();
    return print(check(asked, table(),
                       {process_environment(), ::isatty(STDOUT_FILENO) == 1, prepare, terminal_environment("check")}));
  }

  int operator()(const healthcheck_command& asked) const {
    if (!asked.http) return print(healthcheck(asked, process_environment()));
    log_from(log_level::error);
    return print(healthcheck_http(asked, table(), [](const config& conf) { return check_set(conf).run_once(); }));
  }

  int operator()(const wait_command& asked) const {
    if (!asked.run) return wait(asked, process_environment());
    log_from(log_level::off);
    return wait_and_run(asked, table(), process_environment());
  }

  int operator()(const validate_command& asked) const { return print(validate(asked, table(), process_environment())); }
  int operator()(const checks_command& asked) const { return print(list_checks(asked, table())); }
  int operator()(const schema_command&) const { return print({exit_ok, config_schema(table()), ""}); }
};

}  // namespace

int run_program(int argc, char** argv, check_table_source table) {
  try {
    // Handled first: workers start often and must not pay for anything they do not need.
    if (argc == 2 && std::strcmp(argv[1], "worker") == 0) return worker_main(table());
    open_closed_standard_streams();
    return std::visit(runner{table}, parse_command_line({argv + (argc > 0 ? 1 : 0), argv + argc}, table));
  } catch (const std::exception& error) {
    print(stderr, std::string("telltale: ") + error.what() + "\n");
    return exit_usage;
  }
}

}  // namespace telltale
