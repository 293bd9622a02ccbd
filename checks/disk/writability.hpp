// Judges whether a file system can be written. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "disk/rule.hpp"
#include "disk/sight.hpp"

namespace telltale::disk {

enum class write_state {
  writable,
  mounted_readonly,  ///< the file system is writable, this mount of it is not: a read-only bind
  readonly,          ///< the file system is read-only and nothing says that it should not be
  readonly_inside,   ///< the file system is read-only, a mount of it is not
  stopped,           ///< by an error
  shut_down,         ///< reads fail as well
};

/// Judged by the file system's own options. ST_RDONLY of statvfs counts only where there is no mount table: it does not
/// tell a read-only bind from a read-only file system, and misses some errors.
write_state write_state_of(const sight&);

/// A file system that nobody can write may be full by design, so its usage means nothing. `before` tells of one that
/// was writable in an earlier run.
bool full_by_design(const sight&, write_state, const memory& before);

/// Read-only file systems, see `expect_writable`. Remembers whether the file system and the mount were ever writable.
void judge_writability(const sight&, write_state, const rule_context&);

/// ", read-only", or nothing; the end of a healthy sentence.
std::string_view access_text(write_state);

}  // namespace telltale::disk
