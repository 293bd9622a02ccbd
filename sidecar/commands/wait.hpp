// The command `telltale wait`: waits until a gate passes, of a running sidecar or of checks that it runs itself.
#pragma once

#include <string>
#include <vector>

#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

/// Waits for a running sidecar, then replaces the process with the given program, if any. Returns the exit code
/// otherwise. Never throws.
int wait(const wait_command&, const environment&, const std::string& installed_path = installed_config_path);

/// `telltale wait --run`: the same, but runs the checks of the configuration that feed the gate. Nothing of this
/// remains in the program that replaces the process: no worker, descriptor, signal handler or changed signal mask.
int wait_and_run(const wait_command&, const check_table&, const environment&);

/// Replaces this process. On failure prints an error and returns 126 or 127.
int become(const std::vector<std::string>& program);

}  // namespace telltale
