// Compares the file system of a path between runs, to detect unmounted and replaced volumes. No I/O.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <telltale/clock.hpp>

#include "disk/path_state.hpp"
#include "disk/rule.hpp"

namespace telltale::disk {

/// How long another file system at the same path is a warning; afterwards it becomes the expected one.
inline constexpr std::chrono::minutes replacement_warning_period{10};

/// Warns when the path is on another file system than before. An unmounted volume is a warning until it is mounted
/// again. Returns false while the measurements are those of another file system than before. `real_path` returns the
/// path without symbolic links; it is called only after a change.
bool judge_identity(const path_state&, const rule_context&, boot_clock::time_point now,
                    const std::function<std::string()>& real_path);

/// Implements `mount: true`: fails and returns false when the path is not a mount point.
bool judge_mount_point(const path_state&, const rule_context&);

/// Reports a mount whose source directory or file was deleted.
void judge_deleted(const path_state&, const rule_context&);

/// The path, and its mount when the path is not a mount point: "/var/log (part of /, ext4)".
std::string subject_of(const std::string& path, const path_state&);

}  // namespace telltale::disk
