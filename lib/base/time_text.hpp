// Formats times as RFC 3339 text.
#pragma once

#include <chrono>
#include <string>

namespace telltale {

/// "2026-01-02T03:04:05.678Z": UTC, milliseconds, rounded down (RFC 3339, section 5.6).
std::string rfc3339(std::chrono::system_clock::time_point);

}  // namespace telltale
