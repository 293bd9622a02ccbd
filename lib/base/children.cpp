// Keeps the table of registered child processes.
#include "base/children.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <map>
#include <thread>

namespace telltale {
namespace {

// One table per process, because child processes belong to the process. A set status means that the reaper collected
// the child first.
std::map<pid_t, std::optional<exit_status>>& children() {
  static std::map<pid_t, std::optional<exit_status>> table;
  return table;
}

exit_status to_exit_status(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {info.si_status, 0};
  return {0, info.si_status};
}

}  // namespace

void register_child(pid_t pid) { children()[pid] = std::nullopt; }
void unregister_child(pid_t pid) { children().erase(pid); }

std::optional<exit_status> collect_child(pid_t pid) {
  const auto kept = children().find(pid);
  if (kept != children().end() && kept->second) return kept->second;
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
    const auto mine = children().find(info.si_pid);
    if (mine == children().end()) ++orphans;
    else mine->second = to_exit_status(info);
  }
}

std::vector<pid_t> registered_children() {
  std::vector<pid_t> out;
  for (const auto& [pid, status] : children()) out.push_back(pid);
  return out;
}

void await_children(const std::vector<pid_t>& children, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (const auto pid : children)
    while (!collect_child(pid) && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace telltale
