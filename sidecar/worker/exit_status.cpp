// Names signals.
#include "worker/exit_status.hpp"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

namespace telltale {

std::string exit_status::describe() const {
  if (!known) return "ended in a way that could not be found out";
  if (signal == 0) return fmt::format("ended with exit code {}", code);
  // Nobody but the kernel's out-of-memory killer usually sends it, and that is what a reader should look for.
  if (signal == SIGKILL) return "was killed by SIGKILL (out of memory?)";
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("died of SIG{}", name) : fmt::format("died of signal {}", signal);
}

}  // namespace telltale
