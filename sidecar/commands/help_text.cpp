// Written for somebody who sees the program for the first time.
#include "commands/help_text.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include <telltale/version.hpp>

namespace telltale {

const std::array<command_help, command_count> commands_help{{
    {"serve", "run the sidecar; what a bare `telltale` does",
     R"(Answers /health, /ready, /startup, /checks and /metrics until SIGTERM or SIGINT, then drains and exits.

A log line in JSON has `level`, and `severity` in the words of Google's Cloud Logging. Lines that go to the journal of
systemd begin with their priority.

Examples:
  telltale serve -c telltale.yaml --log-format text
  telltale --listen 0.0.0.0:9640 --listen unix:/run/telltale.sock

Exit codes:
  0  stopped by a signal, after draining
  2  bad arguments or configuration, or an address in use: nothing was started)"},
    {"check", "run the checks once and print what they found",
     R"(Runs the checks of the configuration (or only the named ones) one time, side by side. Needs no running sidecar.

Examples:
  telltale check                      with the installed configuration
  telltale check -c telltale.yaml db  only the check `db`
  telltale check --format junit       for the test report of a pipeline

Exit codes:
  0  no critical check fails
  1  a critical check fails
  2  bad arguments or configuration: nothing was run
With --format nagios the codes of monitoring plugins: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.)"},
    {"healthcheck", "ask a running sidecar; for Docker HEALTHCHECK and exec probes",
     R"(Asks one gate and prints the reasons. Opens nothing but one connection; the certificate of an https sidecar is not
verified, as the kubelet does not either.

The sidecar is looked for at --url, else where the file given with -c makes it listen, else at $TELLTALE_URL, else
where /etc/telltale/telltale.yaml makes it listen, else at http://127.0.0.1:9640. A URL with a path is asked as it is,
which may be a gate or /checks/NAME?gate; `unix:/path` is a Unix socket.

Examples:
  HEALTHCHECK CMD ["telltale", "healthcheck"]
  telltale healthcheck --gate live --url unix:/run/telltale.sock

Exit codes:
  0  the gate passes
  1  everything else, bad arguments included (Docker reserves 2))"},
    {"wait", "wait until a running sidecar is ready, then run a command",
     R"(Asks one gate until it passes and says on standard error what it waits for. The command takes the place of this
process, so it gets the signals and gives the exit code. The sidecar is looked for as by `telltale healthcheck`.

Examples:
  telltale wait && ./server
  telltale wait --timeout 2m --url http://sidecar:9640 -- ./server --port 8000

Exit codes:
  0    the gate passed (without a command)
  1    time is up; the last reasons are printed
  2    bad arguments
  126  the command cannot be run
  127  the command was not found
Else the command's own.)"},
    {"validate", "look for errors in configuration files",
     R"(Reads each file (`-` is standard input) and prints every error with its line and column. Runs no check.

Without --files only the text counts, so the answer is the same on a laptop and in a pipeline. With it, what `serve`
reads at its start is read as well, on this machine and as this user: the certificate and key of server.tls, the
token, and the secrets and ca_file of checks, from files or variables. No secret is printed. A certificate that has
expired is a warning.

Examples:
  telltale validate examples/*.yaml
  telltale validate --files /etc/telltale/telltale.yaml     where it is going to run

Exit codes:
  0  every file is valid
  2  at least one is not)"},
    {"checks", "list the check types, or one type's options and measurements",
     R"(Examples:
  telltale checks
  telltale checks disk
  telltale checks --format json)"},
    {"schema", "print the JSON Schema of the configuration, for editors",
     R"(Examples:
  telltale schema > telltale.schema.json
  then, as the first line of telltale.yaml:
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
      R"(telltale {}: watches what an application depends on, and tells orchestrators whether it is alive, ready and started.

Usage: telltale [COMMAND] [OPTIONS]

Commands:
)",
      version());
  for (const auto& help : commands_help) out += fmt::format("  {:<13}{}\n", help.name, help.summary);
  out += R"(
Options:
  -h, --help     this text; `telltale COMMAND --help` for one command
  -V, --version  the version, and what it was built with

Start here:
  telltale check                          what a check says, without any configuration
  telltale checks                         what can be watched
  telltale validate telltale.yaml         errors with their line and column
  telltale -c telltale.yaml               the sidecar; then: curl http://127.0.0.1:9640/ready?verbose

Exit codes:
  0  healthy, valid, done
  1  not healthy: a gate or a critical check fails, or a wait timed out
  2  bad arguments or configuration, or an address in use: nothing was started
`healthcheck` never returns 2, `wait` passes on its command's, `check --format nagios` has the codes of plugins.

Environment:
  TELLTALE_URL   the sidecar that `healthcheck` and `wait` ask (where the configuration makes it listen)
  NO_COLOR       when set and not empty, tables are not coloured
  Any variable   as ${VAR} in values of the configuration

Files:
  /etc/telltale/telltale.yaml   read when no -c is given; without it, one disk check on / is run
)";
  return out;
}

std::string version_text() { return fmt::format("telltale {}\nbuilt with {}\n", version(), built_with()); }

}  // namespace telltale
