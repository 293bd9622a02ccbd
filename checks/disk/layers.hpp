// Detects errors of a file system that its mount entry does not show: recorded ones, and those below an overlay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/clock.hpp>

#include "base/mountinfo.hpp"
#include "disk/path_state.hpp"

namespace telltale::disk {

/// Errors that ext4 has recorded since its last e2fsck (/sys/fs/ext4/DEVICE/errors_count); 0 for other file systems and
/// when /sys has no count. Up to `mount_table_lifetime` old.
std::uint64_t recorded_errors(const mount&, boot_clock::time_point now);

/// The file system below an overlay whose statvfs numbers are `overlay`, when it rejects writes and is in the mount
/// table. An overlay reports the numbers of the file system that it writes to; those of a stopped one do not change.
std::optional<mount> stopped_below(const raw_usage& overlay, std::string_view mountinfo);

/// Whether the file system below an overlay returns EROFS although the overlay itself is not read-only.
bool refuses_below(const std::string& path);

}  // namespace telltale::disk
