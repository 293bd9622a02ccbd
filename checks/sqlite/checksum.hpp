// Computes the checksum of WAL headers, WAL frames and the WAL index (fileformat2.html, section 4.2).
#pragma once

#include <array>
#include <cstdint>

#include "sqlite/byte_order.hpp"

namespace telltale::sqlite {

enum class word_order : std::uint8_t { native, big_endian, little_endian };

/// Two running sums over pairs of 32-bit words. A trailing part below eight bytes is ignored.
inline std::array<std::uint32_t, 2> wal_checksum(byte_view from, word_order order) {
  auto word = [&](std::size_t at) {
    const auto value = read_big_endian<std::uint32_t>(from, at);
    const bool big =
        order == word_order::big_endian || (order == word_order::native && std::endian::native == std::endian::big);
    return big ? value : __builtin_bswap32(value);
  };
  std::array<std::uint32_t, 2> sum{};
  for (std::size_t at = 0; at + 8 <= from.size(); at += 8) {
    sum[0] += word(at) + sum[1];
    sum[1] += word(at + 4) + sum[0];
  }
  return sum;
}

}  // namespace telltale::sqlite
