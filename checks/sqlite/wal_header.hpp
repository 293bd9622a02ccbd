// Parses the 32-byte header of a write-ahead log (https://sqlite.org/fileformat2.html, section 4.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sqlite/byte_order.hpp"

namespace telltale::sqlite {

inline constexpr std::size_t wal_header_bytes = 32;
inline constexpr std::size_t wal_frame_header_bytes = 24;

/// The only version of the log and its index since SQLite 3.7.0.
inline constexpr std::uint32_t wal_format_version = 3007000;

struct wal_header {
  bool big_endian_checksums = false;  ///< magic 0x377f0683 instead of 0x377f0682; all fields are big-endian either way
  std::uint32_t version = 0;
  std::uint32_t page_size = 0;
  std::array<std::uint32_t, 2> salt{};  ///< changes with every restart of the log; each frame repeats it
  friend bool operator==(const wal_header&, const wal_header&) = default;
};

/// Empty when the bytes are not a WAL header: too few, another magic, an invalid page size or checksum. A version other
/// than `wal_format_version` is returned for the caller to judge.
std::optional<wal_header> parse_wal_header(byte_view from);

}  // namespace telltale::sqlite
