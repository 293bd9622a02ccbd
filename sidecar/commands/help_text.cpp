// Contains the help texts.
#include "commands/help_text.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include <telltale/version.hpp>

namespace telltale {

const std::array<command_help, command_count> commands_help{{
    {"serve", "run the sidecar (the default command)",
     R"(Serves /health, /ready, /startup, /checks and /metrics until SIGTERM or SIGINT, then drains and exits.

JSON log lines contain `level`, and `severity` as defined by Google Cloud Logging. Lines written to the systemd
journal begin with their priority.

Examples:
  telltale serve -c telltale.yaml --log-format text
  telltale --listen 0.0.0.0:9640 --listen unix:/run/telltale.sock

Exit codes:
  0  stopped by a signal, after draining
  2  bad arguments or configuration, or an address in use: nothing was started)"},
    {"check", "run the checks once and print the results",
     R"(Runs the checks of the configuration, or only the named ones, once and in parallel. Needs no running sidecar.

Examples:
  telltale check                      run all checks of the installed configuration
  telltale check -c telltale.yaml db  run only the check `db`
  telltale check --format junit       print a test report for CI

Exit codes:
  0  no critical check fails
  1  a critical check fails
  2  bad arguments or configuration: nothing was run
With --format nagios the exit codes of monitoring plugins: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.)"},
    {"healthcheck", "query a running sidecar, for Docker HEALTHCHECK and exec probes",
     R"(Queries one gate and prints its response. Opens one connection. Like the kubelet, it does not verify the
certificate of an https sidecar.

The address of the sidecar comes from the first of: --url, server.listen in the file given with -c, $TELLTALE_URL,
server.listen in /etc/telltale/telltale.yaml, http://127.0.0.1:9640. A URL with a path is used unchanged; the path may
be a gate or /checks/NAME?gate. `unix:/path` is a Unix socket.

Examples:
  HEALTHCHECK CMD ["telltale", "healthcheck"]
  telltale healthcheck --gate live --url unix:/run/telltale.sock

Exit codes:
  0  the gate passes
  1  any other result, including bad arguments (Docker reserves 2))"},
    {"wait", "wait until a running sidecar is ready, then run a command",
     R"(Queries one gate until it passes and prints the reasons on standard error. The command then replaces this process,
so it receives signals and sets the exit code. The address of the sidecar is determined as by `telltale healthcheck`.

Examples:
  telltale wait && ./server
  telltale wait --timeout 2m --url http://sidecar:9640 -- ./server --port 8000

Exit codes:
  0    the gate passed (without a command)
  1    the time limit has expired; the last reasons are printed
  2    bad arguments
  126  the command cannot be executed
  127  the command was not found
Otherwise the exit code of the command.)"},
    {"validate", "report errors in configuration files",
     R"(Reads each file (`-` is standard input) and prints every error with its line and column. Runs no check.

Without --files only the text is validated, so the result is the same on every machine. With --files the command also
reads what `serve` reads at its start, on this machine and as this user: the certificate and key of server.tls, the
token, and the secrets and ca_file of checks, from files or variables. No secret is printed. An expired certificate
is a warning.

Examples:
  telltale validate examples/*.yaml
  telltale validate --files /etc/telltale/telltale.yaml

Exit codes:
  0  every file is valid
  2  at least one file is invalid)"},
    {"checks", "list check types, or the options and measurements of one type",
     R"(Examples:
  telltale checks
  telltale checks disk
  telltale checks --format json)"},
    {"schema", "print the JSON Schema of the configuration, for editors",
     R"(Examples:
  telltale schema > telltale.schema.json
  then add as the first line of telltale.yaml:
  # yaml-language-server: $schema=telltale.schema.json)"},
}};

const command_help& help_of(std::string_view command) {
  const auto* it = std::find_if(commands_help.begin(), commands_help.end(),
                                [&](const command_help& help) { return help.name == command; });
  assert(it != commands_help.end());
  return *it;
}

std::string program_help() {
  std::string out = fmt::format(
      R"(telltale {}: checks the dependencies of an application and serves health endpoints for orchestrators.

Usage: telltale [COMMAND] [OPTIONS]

Commands:
)",
      version());
  for (const auto& help : commands_help) out += fmt::format("  {:<13}{}\n", help.name, help.summary);
  out += R"(
Options:
  -h, --help     show this help; `telltale COMMAND --help` shows the help of a command
  -V, --version  show the version and the libraries it was built with

Start here:
  telltale check                          run the built-in check, without a configuration
  telltale checks                         list the check types
  telltale validate telltale.yaml         print errors with line and column
  telltale -c telltale.yaml               run the sidecar; then: curl http://127.0.0.1:9640/ready?verbose

Exit codes:
  0  healthy, valid, done
  1  not healthy: a gate or a critical check fails, or a wait timed out
  2  bad arguments or configuration, or an address in use: nothing was started
`healthcheck` never returns 2. `wait` returns the exit code of its command. `check --format nagios` returns the exit
codes of monitoring plugins.

Environment:
  TELLTALE_URL   address of the sidecar for `healthcheck` and `wait` (default: from the configuration)
  NO_COLOR       disables coloured tables when set and not empty
  Any variable   usable as ${VAR} in values of the configuration

Files:
  /etc/telltale/telltale.yaml   default configuration; without it, one disk check on / runs
)";
  return out;
}

std::string version_text() { return fmt::format("telltale {}\nbuilt with {}\n", version(), built_with()); }

}  // namespace telltale
