// What lies below a mount and tells of errors that the mount itself does not show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/clock.hpp>

#include "base/mountinfo.hpp"
#include "disk/sight.hpp"

namespace telltale::disk {

/// Errors that an ext4 has recorded since its last e2fsck (/sys/fs/ext4/DEVICE/errors_count); 0 for other file systems
/// and where /sys does not say. Up to `kept_for` old.
std::uint64_t recorded_errors(const mount&, boot_clock::time_point now);

/// The file system below an overlay whose numbers are `overlay`, when it refuses writes and shows anywhere in the
/// table. An overlay passes on the numbers of the file system that it writes to, and those of one that stopped do not
/// move.
std::optional<mount> stopped_below(const raw_usage& overlay, std::string_view mountinfo);

/// Whether the file system below an overlay answers "read-only" although the overlay itself is not.
bool refuses_below(const std::string& path);

}  // namespace telltale::disk
