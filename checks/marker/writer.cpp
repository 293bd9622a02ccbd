// Compares start times with modification times, and reports processes that are not visible.
#include "marker/writer.hpp"

#include <fmt/format.h>

namespace telltale::marker {
namespace {

constexpr std::string_view remedy =
    "share one PID namespace (shareProcessNamespace: true in a pod, pid: \"service:telltale\" for the application in "
    "compose), or use newer_than_file instead of pid";

finding not_visible(const std::string& path, pid_t pid, std::string_view why) {
  return {verdict::warn, reason::idle,
          fmt::format("{} was written by process {}, and whether it runs is not visible: {}", path, pid, why)};
}

}  // namespace

bool may_have_written(std::chrono::nanoseconds started, wall_time modified, const moments& at) {
  return at.booted + std::chrono::duration_cast<wall_time::duration>(started) <= modified + start_tolerance;
}

finding judge_absent_writer(const std::string& path, pid_t pid, const process_view& seen, blind_spot spot) {
  using state_t = process_view::state_t;
  if (seen.state == state_t::no_proc) return not_visible(path, pid, "/proc is not mounted");
  if (seen.state == state_t::hidden) return not_visible(path, pid, "/proc hides it (hidepid)");
  if (seen.state == state_t::ancestor)
    return not_visible(path, pid,
                       fmt::format("process {} here is an ancestor of telltale, such as its init; {}", pid, remedy));
  if (spot == blind_spot::alone)
    return not_visible(path, pid, fmt::format("telltale may see only its own container; {}", remedy));
  if (spot == blind_spot::nested)
    return not_visible(path, pid, fmt::format("a process of another PID namespace has that number; {}", remedy));
  if (seen.state == state_t::running)
    return {verdict::fail, reason::stale,
            fmt::format("{} was written by an earlier process {}: the running one started later", path, pid)};
  return {verdict::fail, reason::stale, fmt::format("{} was written by process {}, which has ended", path, pid)};
}

}  // namespace telltale::marker
