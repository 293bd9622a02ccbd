// The table of watched children.
#include "worker/children.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <map>

namespace telltale {
namespace {

// Process-wide, as child processes are. An engaged status was collected by the reaper before the pool asked for it.
std::map<pid_t, std::optional<exit_status>>& watched() {
  static std::map<pid_t, std::optional<exit_status>> table;
  return table;
}

exit_status to_exit_status(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {info.si_status, 0};
  return {0, info.si_status};
}

}  // namespace

void watch_child(pid_t pid) { watched()[pid] = std::nullopt; }
void unwatch_child(pid_t pid) { watched().erase(pid); }

std::optional<exit_status> collect_child(pid_t pid) {
  const auto kept = watched().find(pid);
  if (kept != watched().end() && kept->second) return kept->second;
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) != 0) {
    if (errno == ECHILD) return exit_status{.known = false};
    return std::nullopt;
  }
  if (info.si_pid == 0) return std::nullopt;
  return to_exit_status(info);
}

int collect_orphans() {
  int orphans = 0;
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return orphans;
    const auto mine = watched().find(info.si_pid);
    if (mine == watched().end()) ++orphans;
    else mine->second = to_exit_status(info);
  }
}

}  // namespace telltale
