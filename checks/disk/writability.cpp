// Implements the rules of `expect_writable`.
#include "disk/writability.hpp"

#include <fmt/format.h>

namespace telltale::disk {
namespace {

write_state state_of_readonly(const path_state& seen) {
  if (is_image(*seen.mount)) return write_state::readonly;
  if (seen.recorded_errors > 0) return write_state::stopped;
  const bool meant = seen.mount->readonly && !seen.writable_elsewhere;
  return meant ? write_state::readonly : write_state::readonly_inside;
}

/// "ext4 (/dev/sda1)", or "the file system below the overlay".
std::string what_stopped(const path_state& seen) {
  if (seen.refused_below) return "the file system below this " + seen.mount->type;
  const auto& on = seen.below ? *seen.below : *seen.mount;
  return fmt::format("{} ({})", on.type, on.source);
}

/// Reports a mount that changed from read-write to read-only while the file system is writable.
void judge_mount(const rule_context& at) {
  if (!at.kept.get("was_mounted_writable")) return;
  const auto level = at.options.expect_writable ? verdict::fail : verdict::warn;
  at.found.add(level, reason::readonly, at.subject + " was mounted read-write and is now mounted read-only");
}

}  // namespace

write_state write_state_of(const path_state& seen) {
  if (!seen.mount) return seen.readonly ? write_state::readonly : write_state::writable;
  const auto refuses = seen.below ? seen.below->refuses : seen.mount->refuses;
  if (refuses == refusal::shut_down) return write_state::shut_down;
  if (refuses == refusal::stopped || seen.below || seen.refused_below) return write_state::stopped;
  if (refuses == refusal::readonly) return state_of_readonly(seen);
  return seen.mount->readonly ? write_state::mounted_readonly : write_state::writable;
}

bool full_by_design(const path_state& seen, write_state state, const memory& before) {
  if (seen.mount && is_image(*seen.mount)) return true;
  const bool nobody_writes = state == write_state::readonly || state == write_state::readonly_inside;
  return nobody_writes && !before.get("was_writable");
}

void judge_writability(const path_state& seen, write_state state, const rule_context& at) {
  const auto level = at.options.expect_writable ? verdict::fail : verdict::warn;
  switch (state) {
    case write_state::writable:
      at.kept.set("was_mounted_writable", 1);
      return at.kept.set("was_writable", 1);
    case write_state::mounted_readonly:
      at.kept.set("was_writable", 1);
      return judge_mount(at);
    case write_state::readonly:
      if (at.options.expect_writable)
        at.found.fail(reason::readonly, at.subject + " is read-only and should be writable");
      else if (at.kept.get("was_writable"))
        at.found.warn(reason::readonly, at.subject + " was writable and is now read-only");
      return;
    case write_state::readonly_inside:
      return at.found.add(level, reason::readonly,
                          fmt::format("{} is mounted read-write{} but cannot be written: a file system error, or a "
                                      "read-only volume",
                                      at.subject, seen.mount->readonly ? " elsewhere" : ""));
    case write_state::stopped:
      return at.found.add(
          level, reason::readonly,
          fmt::format("{} cannot be written: {} stopped all writes after an error", at.subject, what_stopped(seen)));
    case write_state::shut_down:
      return at.found.fail(reason::readonly, fmt::format("{} can be neither read nor written: {} has been shut down",
                                                         at.subject, what_stopped(seen)));
  }
}

std::string_view access_text(write_state state) {
  switch (state) {
    case write_state::writable:
      return "";
    case write_state::mounted_readonly:
      return ", mounted read-only";
    default:
      return ", read-only";
  }
}

}  // namespace telltale::disk
