// Reads around the ciphertext.
#include "sqlite/encrypted.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace telltale::sqlite {
namespace {

bool all_zero(byte_view bytes) {
  return std::ranges::all_of(bytes, [](std::byte one) { return one == std::byte{0}; });
}

/// The magic alone does not tell: SQLCipher can leave the first 32 bytes open (cipher_plaintext_header_size). Bytes 72
/// to 91 are zero in every database (section 1.3.14), and not in ciphertext.
bool is_open(const header_result& header, byte_view from) {
  return header.fault != header_fault::not_a_database && all_zero(from.subspan(72, 20));
}

}  // namespace

header_result parse_encrypted_header(byte_view from) {
  const auto open = parse_database_header(from);
  if (from.empty()) return open;
  if (from.size() < database_header_bytes) return {header_fault::too_short, {}};
  const auto start = from.first(database_header_bytes);
  if (all_zero(start)) return {header_fault::zeros, {}};
  if (is_open(open, start)) return open;

  database_header out;
  out.encrypted = true;
  out.change_counter = read_big_endian<std::uint32_t>(start, 24);
  const auto page_size = read_big_endian<std::uint16_t>(start, 16);
  const auto version = std::to_integer<std::uint8_t>(start[19]);
  out.mode_known = has_payload_fractions(start) && (version == 1 || version == 2);
  if (out.mode_known) {
    out.page_size = page_size == 1 ? 65536 : page_size;
    out.write_version = out.read_version = version;
  }
  return {header_fault::none, out};
}

void complete_header(observation& seen) {
  auto& header = seen.header.header;
  if (seen.header.fault != header_fault::none || !header.encrypted || header.mode_known) return;
  header.mode_known = seen.wal.exists || seen.shm.exists || seen.journal_has_header;
  header.read_version = seen.wal.exists || seen.shm.exists ? 2 : 1;
  if (seen.wal_start) header.page_size = seen.wal_start->page_size;
  else if (seen.index_ok()) header.page_size = seen.index.index.page_size;
}

void assume_journal_mode(observation& seen, bool seen_in_use_in_wal_mode) {
  auto& header = seen.header.header;
  if (seen.header.fault != header_fault::none || !header.encrypted || header.mode_known) return;
  if (!seen.locks.user || seen_in_use_in_wal_mode) header.read_version = 2;
}

void judge_encryption(const observation& seen, findings& found) {
  if (!seen.readable() || seen.header.fault != header_fault::none || !seen.place.network.empty()) return;
  if (!seen.header.header.encrypted)
    return found.warn(reason::mismatch, "is not encrypted: whoever can read the file can read what it holds");
  if (seen.database.facts.size % smallest_page != 0)
    found.fail(reason::corrupt,
               fmt::format("is truncated: {} bytes are no whole number of pages", seen.database.facts.size));
}

}  // namespace telltale::sqlite
