// Judges whether a file system is writable. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "disk/path_state.hpp"
#include "disk/rule.hpp"

namespace telltale::disk {

enum class write_state {
  writable,
  mounted_readonly,  ///< the file system is writable, this mount of it is not: a read-only bind
  readonly,          ///< the file system is read-only, and no mount shows otherwise
  readonly_inside,   ///< the file system is read-only, but a mount of it is read-write
  stopped,           ///< by an error
  shut_down,         ///< reads fail too
};

/// Uses the file system's own options. Uses ST_RDONLY of statvfs only without a mount table: it does not distinguish a
/// read-only bind mount from a read-only file system, and does not show some errors.
write_state write_state_of(const path_state&);

/// Whether the file system may be full by design because it is read-only, so that its usage is not judged. `before`
/// shows whether it was writable in an earlier run.
bool full_by_design(const path_state&, write_state, const memory& before);

/// Reports read-only file systems, see `expect_writable`. Stores whether the file system and the mount were ever
/// writable.
void judge_writability(const path_state&, write_state, const rule_context&);

/// The end of a healthy message: ", read-only", or empty.
std::string_view access_text(write_state);

}  // namespace telltale::disk
