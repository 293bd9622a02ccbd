// Converts exit codes and signals to text.
#include "base/exit_status.hpp"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "base/child_process.hpp"

namespace telltale {

std::string exit_status::describe() const {
  if (!known) return "ended with an unknown status";
  if (signal == 0) return fmt::format("ended with exit code {}", code);
  // The usual sender is the kernel's out-of-memory killer, so the text points there.
  if (signal == SIGKILL) return "was killed by SIGKILL (out of memory?)";
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("died of SIG{}", name) : fmt::format("died of signal {}", signal);
}

std::string exit_status::start_error() const {
  return known && signal == 0 && code > child_failed ? std::strerror(code - child_failed) : "";
}

}  // namespace telltale
