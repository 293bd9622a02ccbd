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
    {"check", "run the checks and print the results",
     R"(Runs the checks of the configuration, or only the named ones, once and in parallel. Needs no running sidecar.

With --for, the checks run again a second after each run until no critical check fails or the time is over. Every run
includes all checks, and the results printed are those of the last one. A slow check that has passed is not repeated.
Changes are printed on standard error. The last run begins when the time is over at the latest.

Examples:
  telltale check                      run all checks of the installed configuration
  telltale check -c telltale.yaml db  run only the check `db`
  telltale check --format junit       print a test report for CI
  telltale check --for 50s            wait for a rollout, then print the results

Exit codes:
  0  no critical check fails
  1  a critical check fails (with --for: still fails)
  2  bad arguments or configuration: nothing was run
With --format nagios the exit codes of monitoring plugins: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.)"},
    {"healthcheck", "query a running sidecar, for Docker HEALTHCHECK and exec probes",
     R"(Queries one gate of a sidecar and prints its response. Opens one connection. Like the kubelet, it does not verify the
certificate of an https sidecar.

The address of the sidecar comes from the first of: --url, server.listen in the file given with -c, $TELLTALE_URL,
server.listen in /etc/telltale/telltale.yaml, http://127.0.0.1:9640. A URL with a path is used unchanged; the path may
be a gate or /checks/NAME?gate. `unix:/path` is a Unix socket.

With --http no sidecar is needed: the command runs one check of type http and prints its outcome in one line. The
options of that check are options of the command (`telltale checks http` explains them). A list or map is repeatable;
--header and --json take NAME=VALUE, or "NAME: VALUE". For a secret, env:NAME or file:/path names its source.

Examples:
  HEALTHCHECK CMD ["telltale", "healthcheck"]
  telltale healthcheck --gate live --url unix:/run/telltale.sock
  telltale healthcheck --http http://127.0.0.1:8000/health --status 200 --json /status=ok

Exit codes:
  0  the gate passes, or the response is as expected
  1  any other result, including bad arguments (Docker reserves 2))"},
    {"wait", "wait until dependencies are ready, then run a command",
     R"(Queries one gate until it passes and prints the reasons on standard error. The command then replaces this process,
so it receives signals and sets the exit code. The address of the sidecar is determined as by `telltale healthcheck`.

With --run no sidecar is needed: the command runs the checks of the configuration that feed the gate, as a sidecar
would: with their intervals, severities, rise and fall. A failing check of severity degraded does not delay it. No
worker, open descriptor or signal handler remains for the command.

With --fail-fast it gives up as soon as a check that decides the gate fails for a reason that waiting does not repair:
auth (wrong credentials), denied (missing permissions), tls (certificate or TLS settings), and dns once the check has
failed for 10 s, because the names of containers appear when they start. For all other reasons it waits.

Examples:
  telltale wait && ./server
  telltale wait --timeout 2m --url http://sidecar:9640 -- ./server --port 8000
  telltale wait --run -c deps.yaml --fail-fast -- ./server --port 8000

Exit codes:
  0      the gate passed (without a command)
  1      the time limit has expired, or --fail-fast gave up; the last reasons are printed
  2      bad arguments; with --run also an invalid configuration, or one without a check for the gate
  126    the command cannot be executed
  127    the command was not found
  128+n  ended by signal n before the command was run
Otherwise the exit code of the command.)"},
    {"validate", "report errors in configuration files",
     R"(Reads each file (`-` is standard input) and prints every error with its line and column. Runs no check.

Without --files only the text is validated, so the result is the same on every machine. With --files the command also
reads what `serve` reads at its start, on this machine and as this user: the certificate and key of server.tls, the
token, and the secrets and ca_file of checks, from files or variables. No secret is printed. An expired certificate
is a warning.

Lines with `hint:` concern what is valid, but probably not meant so: a bare connection to a database, a check of another
host that feeds live, a certificate that is not verified. They do not change the exit code. `serve` logs them at start.

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
  telltale wait --run -c deps.yaml -- CMD start CMD once its dependencies are ready; needs no sidecar

Exit codes:
  0  healthy, valid, done
  1  not healthy: a gate or a critical check fails, or a wait timed out or gave up
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
