// A number that tells one configuration text from another.
#pragma once

#include <cstdint>
#include <string_view>

namespace telltale {

/// FNV-1a (64 bit, as published by Fowler, Noll and Vo), folded to 48 bits, which a metric's double holds exactly.
/// Tells versions apart; keeps nothing secret.
constexpr std::uint64_t text_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  constexpr int bits = 48;
  return (hash ^ (hash >> bits)) & ((std::uint64_t{1} << bits) - 1);
}

}  // namespace telltale
