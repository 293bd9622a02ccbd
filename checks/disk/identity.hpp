// Which file system a path is on, compared between runs: a volume that is not mounted any more is measured as its
// parent's disk. No I/O.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <telltale/clock.hpp>

#include "disk/rule.hpp"
#include "disk/sight.hpp"

namespace telltale::disk {

/// How long another file system at the same place is a warning; afterwards it is the one that is expected.
inline constexpr std::chrono::minutes replaced_for{10};

/// Warns when the path is on another file system than before. A mount that went away is a warning until it is back.
/// False while the numbers of this run are not those of the file system that was measured before. `real_path` is asked
/// only after a change: it gives the path without symbolic links.
bool judge_identity(const sight&, const rule_context&, boot_clock::time_point now,
                    const std::function<std::string()>& real_path);

/// `mount: true`: false, and a failure, when the path is not a mount point.
bool judge_mount_point(const sight&, const rule_context&);

/// A mount of something that was deleted where it was mounted from.
void judge_deleted(const sight&, const rule_context&);

/// The path, and which mount it is part of when it is not one itself: "/var/log (part of /, ext4)".
std::string subject_of(const std::string& path, const sight&);

}  // namespace telltale::disk
