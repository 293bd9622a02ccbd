// The 32 bytes a write-ahead log begins with (https://sqlite.org/fileformat2.html, section 4.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sqlite/byte_order.hpp"

namespace telltale::sqlite {

inline constexpr std::size_t wal_header_bytes = 32;
inline constexpr std::size_t wal_frame_header_bytes = 24;

/// The only version of the log and of its index there has been since 3.7.0.
inline constexpr std::uint32_t wal_format_version = 3007000;

struct wal_header {
  bool big_endian_checksums = false;  ///< magic 0x377f0683 instead of 0x377f0682; all fields are big-endian either way
  std::uint32_t version = 0;
  std::uint32_t page_size = 0;
  std::array<std::uint32_t, 2> salt{};  ///< changes with every restart of the log; each frame repeats it
  friend bool operator==(const wal_header&, const wal_header&) = default;
};

/// Nothing when the bytes are not the start of a log: too few, another magic, an impossible page size, or a checksum
/// that does not match. A version other than `wal_format_version` is returned, for the caller to judge.
std::optional<wal_header> parse_wal_header(byte_view from);

}  // namespace telltale::sqlite
