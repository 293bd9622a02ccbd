// Start times against modification times, and what to do where nothing can be seen.
#include "marker/writer.hpp"

#include <fmt/format.h>

namespace telltale::marker {
namespace {

constexpr std::string_view mend =
    "share one PID namespace (shareProcessNamespace: true in a pod, pid: \"service:telltale\" for the application in "
    "compose), or use newer_than_file instead of pid";

finding unseen(const std::string& path, pid_t pid, std::string_view why) {
  return {verdict::warn, reason::idle,
          fmt::format("{} was written by process {}, and whether it runs cannot be seen: {}", path, pid, why)};
}

}  // namespace

bool may_have_written(std::chrono::nanoseconds started, wall_time modified, const moments& at) {
  return at.booted + std::chrono::duration_cast<wall_time::duration>(started) <= modified + start_tolerance;
}

finding judge_absent_writer(const std::string& path, pid_t pid, const process_view& seen, blind_spot spot) {
  using state_t = process_view::state_t;
  if (seen.state == state_t::no_proc) return unseen(path, pid, "/proc is not mounted");
  if (seen.state == state_t::hidden) return unseen(path, pid, "/proc hides it (hidepid)");
  if (seen.state == state_t::ancestor)
    return unseen(path, pid,
                  fmt::format("process {} here is an ancestor of telltale, such as its init; {}", pid, mend));
  if (spot == blind_spot::alone)
    return unseen(path, pid, fmt::format("telltale may see only its own container; {}", mend));
  if (spot == blind_spot::nested)
    return unseen(path, pid, fmt::format("a process of another PID namespace has that number; {}", mend));
  if (seen.state == state_t::running)
    return {verdict::fail, reason::stale,
            fmt::format("{} was written by an earlier process {}: the one that runs now started later", path, pid)};
  return {verdict::fail, reason::stale, fmt::format("{} was written by process {}, which has ended", path, pid)};
}

}  // namespace telltale::marker
