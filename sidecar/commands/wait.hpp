// The command `telltale wait`: waits until a gate of a running sidecar passes.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "client/query_gate.hpp"
#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

/// Dependencies of waiting, replaceable in tests.
struct waiting {
  std::function<gate_answer(std::chrono::milliseconds timeout)> ask;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::string_view line)> say;  ///< prints one line without its line break
};

/// Returns true when the gate has passed. Prints one line whenever the reasons change and one at the end. A changed
/// number in a message is not a changed reason.
bool wait_for_gate(const wait_command&, const waiting&);

/// Waits, then replaces the process with the given program, if any. Returns the exit code otherwise. Never throws.
int wait(const wait_command&, const environment&, const std::string& installed_path = installed_config_path);

/// Replaces this process. On failure prints an error and returns 126 or 127.
int become(const std::vector<std::string>& program);

}  // namespace telltale
