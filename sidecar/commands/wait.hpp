// `telltale wait`: until a running sidecar's gate passes.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "client/ask_gate.hpp"
#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

/// What waiting needs of the world, so that it can be tested without any.
struct waiting {
  std::function<gate_answer(std::chrono::milliseconds timeout)> ask;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::string_view line)> say;  ///< one line, without its line break
};

/// True when the gate has passed. One line is said each time the reasons become others (a number in a message that
/// moves is no other reason), one at the end.
bool wait_for_gate(const wait_command&, const waiting&);

/// The command: waits, then becomes the given program if there is one. Returns the exit code otherwise. Never throws.
int wait(const wait_command&, const environment&, const std::string& installed_path = installed_config_path);

/// Replaces this process; returns 126 or 127 with a line on standard error when that fails.
int become(const std::vector<std::string>& program);

}  // namespace telltale
