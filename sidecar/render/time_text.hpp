// Moments as RFC 3339 writes them.
#pragma once

#include <chrono>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

/// "2026-01-02T03:04:05.678Z": UTC, milliseconds (RFC 3339, section 5.6).
std::string rfc3339(std::chrono::system_clock::time_point);

/// A moment of the boot clock on the wall clock, as the two stood when the picture was taken.
std::chrono::system_clock::time_point wall_time(const snapshot&, boot_clock::time_point);

}  // namespace telltale
