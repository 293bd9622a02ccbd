// Reads unaligned integers from file formats.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace telltale::sqlite {

using byte_view = std::span<const std::byte>;

/// The number at `offset` in this machine's byte order; the view must contain it.
template <std::unsigned_integral T>
T read_native(byte_view from, std::size_t offset) {
  T value{};
  std::memcpy(&value, from.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

/// The number at `offset`, stored with its most significant byte first; the view must contain it.
template <std::unsigned_integral T>
T read_big_endian(byte_view from, std::size_t offset) {
  T value{};
  for (const auto byte : from.subspan(offset, sizeof value))
    value = static_cast<T>((value << 8) | std::to_integer<T>(byte));
  return value;
}

/// Page sizes are powers of two from 512 to 65536 (fileformat2.html, section 1.3.2).
constexpr bool is_page_size(std::uint32_t size) { return size >= 512 && size <= 65536 && std::has_single_bit(size); }

}  // namespace telltale::sqlite
