// Parses the 100-byte header of an SQLite database (https://sqlite.org/fileformat2.html, section 1.3).
#pragma once

#include <cstdint>
#include <optional>

#include "sqlite/byte_order.hpp"

namespace telltale::sqlite {

inline constexpr std::size_t database_header_bytes = 100;

struct database_header {
  std::uint32_t page_size = 0;       ///< at 16; 512 to 65536, the stored 1 means 65536
  std::uint8_t write_version = 0;    ///< at 18; 1 rollback journal, 2 WAL
  std::uint8_t read_version = 0;     ///< at 19; likewise
  std::uint32_t change_counter = 0;  ///< at 24; in WAL mode it changes only with checkpoints
  std::uint32_t page_count = 0;      ///< at 28; used only when `page_count_valid`
  bool page_count_valid = false;     ///< not zero, and the change counter equals the one at 92 (section 1.3.7)
  std::uint32_t schema_cookie = 0;   ///< at 40; changes with every schema change
  std::uint32_t user_version = 0;    ///< at 60; set by the application, usually by its migration tool

  /// Only the fields that need no key are set (encrypted_header.hpp).
  bool encrypted = false;
  /// Whether the versions at 18 and 19 are known; for an encrypted database they can be assumptions.
  bool mode_known = true;

  /// SQLite uses only the read version.
  bool wal() const { return read_version == 2; }
  std::uint64_t expected_bytes() const { return std::uint64_t{page_count} * page_size; }
  friend bool operator==(const database_header&, const database_header&) = default;
};

/// Why bytes are not a database header.
enum class header_fault : std::uint8_t {
  none,
  empty,
  too_short,
  not_a_database,
  page_size,
  payload_fractions,
  version,
  zeros  ///< the file should be encrypted, and ciphertext is never all zero
};

struct header_result {
  header_fault fault = header_fault::none;
  database_header header;  ///< meaningful when there is no fault
};

/// Offsets 21 to 23 "must be 64, 32 and 32" (section 1.3.4). `from` must have at least 24 bytes.
bool has_payload_fractions(byte_view from);

/// `from`: up to 100 first bytes of the file, fewer when the file is shorter.
header_result parse_database_header(byte_view from);

}  // namespace telltale::sqlite
