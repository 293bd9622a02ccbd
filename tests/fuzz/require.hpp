// States the invariants of fuzz targets.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace telltale::fuzz {

/// An invariant that must hold for every input; the fuzzer detects the abort.
inline void require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "violated invariant: %s\n", invariant);
  std::abort();
}

/// Splits a text into pieces of 1 to 16 bytes, always in the same way for the same text.
class scissors {
 public:
  explicit scissors(std::string_view text) : state_(static_cast<unsigned>(text.size()) * 2654435761U + 1U) {}
  std::size_t next() {
    state_ = state_ * 1664525U + 1013904223U;
    return 1 + (state_ >> 24) % 16;
  }

 private:
  unsigned state_;
};

}  // namespace telltale::fuzz
