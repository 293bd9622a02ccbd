// The verdict of a check on its target: pass, warn or fail.
#pragma once

#include <cstdint>
#include <string_view>

namespace telltale {

enum class verdict : std::uint8_t { pass, warn, fail };

/// "pass", "warn" or "fail", the words of application/health+json (draft-inadarei-api-health-check-06, section 3.1).
constexpr std::string_view to_string(verdict v) {
  return v == verdict::pass ? "pass" : v == verdict::warn ? "warn" : "fail";
}

constexpr verdict worst(verdict a, verdict b) { return a < b ? b : a; }

}  // namespace telltale
