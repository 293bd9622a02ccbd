// Hashes configuration texts.
#pragma once

#include <cstdint>
#include <string_view>

namespace telltale {

/// FNV-1a (64 bit, as published by Fowler, Noll and Vo), byte by byte. Distinguishes versions; not cryptographic.
inline constexpr std::uint64_t fnv_1a_start = 0xcbf29ce484222325;
constexpr std::uint64_t fnv_1a(std::uint64_t hash, unsigned char byte) { return (hash ^ byte) * 0x100000001b3; }

/// The same, folded to 48 bits, which a metric's double holds exactly.
constexpr std::uint64_t text_hash(std::string_view text) {
  std::uint64_t hash = fnv_1a_start;
  for (const char c : text) hash = fnv_1a(hash, static_cast<unsigned char>(c));
  constexpr int bits = 48;
  return (hash ^ (hash >> bits)) & ((std::uint64_t{1} << bits) - 1);
}

}  // namespace telltale
