// Parses the header of a WAL index, the -shm file (https://sqlite.org/walformat.html, section 2.1).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sqlite/byte_order.hpp"
#include "sqlite/wal_header.hpp"

namespace telltale::sqlite {

/// Two copies of 48 bytes, then the checkpoint block up to 136.
inline constexpr std::size_t wal_index_header_bytes = 136;

/// The index grows in regions of this size: the first describes 4062 frames, each further one 4096 (walformat.html,
/// section 2.2). An application maps all regions, so a shorter file causes SIGBUS.
inline constexpr std::uint64_t wal_index_region_bytes = 32768;
constexpr std::uint64_t wal_index_bytes(std::uint32_t frames) {
  return wal_index_region_bytes * (frames <= 4062 ? 1 : 1 + (std::uint64_t{frames} - 4062 + 4095) / 4096);
}

struct wal_index {
  std::uint32_t change = 0;             ///< iChange at 8: changes with every transaction
  bool big_endian_checksums = false;    ///< at 13: of the log, as in its header
  std::uint32_t page_size = 0;          ///< at 14, the stored 1 means 65536; 0 while the log is empty
  std::uint32_t last_frame = 0;         ///< mxFrame at 16: committed frames in the log
  std::uint32_t page_count = 0;         ///< nPage at 20: of the database as its readers see it
  std::array<std::uint32_t, 2> salt{};  ///< at 32: the bytes of the log header
  std::uint32_t backfilled = 0;         ///< nBackfill at 96: frames already copied into the database

  /// Both salts as one number, which identifies the log.
  std::int64_t log_id() const { return static_cast<std::int64_t>(std::uint64_t{salt[0]} << 32 | salt[1]); }
  /// The committed part of the log, without its header. The file may be longer, because a restart does not shorten it.
  std::uint64_t log_bytes() const { return std::uint64_t{last_frame} * (wal_frame_header_bytes + page_size); }
  /// The part of it that is also in the database; limited to the log while a restart of it is incomplete.
  std::uint64_t copied_bytes() const {
    return std::uint64_t{std::min(backfilled, last_frame)} * (wal_frame_header_bytes + page_size);
  }
  /// Frames that no checkpoint has copied yet; zero while a restart of the log is incomplete.
  std::uint32_t backlog_frames() const { return last_frame > backfilled ? last_frame - backfilled : 0; }
  friend bool operator==(const wal_index&, const wal_index&) = default;
};

/// Whether the bytes are valid.
enum class wal_index_state : std::uint8_t {
  ok,
  too_short,        ///< fewer than 136 bytes
  uninitialised,    ///< being built, or zeroed by a reset
  torn,             ///< the copies differ or a checksum is wrong: a writer is writing, or died meanwhile; read again
  unknown_version,  ///< both copies name a version other than 3007000
};

struct wal_index_result {
  wal_index_state state = wal_index_state::too_short;
  std::uint32_t version = 0;  ///< as stored; 0 when the bytes are missing
  wal_index index;            ///< meaningful when the state is `ok`
};

/// Fields are in the byte order of this machine: the file is memory shared by local processes, and the first of them
/// rebuilds it.
wal_index_result parse_wal_index(byte_view from);

}  // namespace telltale::sqlite
