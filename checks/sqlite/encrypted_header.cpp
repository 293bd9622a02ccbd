// Parses the header bytes that are not ciphertext.
#include "sqlite/encrypted_header.hpp"

#include <algorithm>

namespace telltale::sqlite {
namespace {

bool all_zero(byte_view bytes) {
  return std::ranges::all_of(bytes, [](std::byte one) { return one == std::byte{0}; });
}

/// The magic is not sufficient: SQLCipher can leave the first 32 bytes in plaintext (cipher_plaintext_header_size).
/// Bytes 72 to 91 are zero in every plaintext database (section 1.3.14).
bool is_plaintext(const header_result& header, byte_view from) {
  return header.fault != header_fault::not_a_database && all_zero(from.subspan(72, 20));
}

}  // namespace

header_result parse_encrypted_header(byte_view from) {
  const auto open = parse_database_header(from);
  if (from.empty()) return open;
  if (from.size() < database_header_bytes) return {header_fault::too_short, {}};
  const auto start = from.first(database_header_bytes);
  if (all_zero(start)) return {header_fault::zeros, {}};
  if (is_plaintext(open, start)) return open;

  database_header out;
  out.encrypted = true;
  const auto stored_size = read_big_endian<std::uint16_t>(start, 16);
  const std::uint32_t page_size = stored_size == 1 ? 65536 : stored_size;
  const auto version = std::to_integer<std::uint8_t>(start[19]);
  out.mode_known = has_payload_fractions(start) && is_page_size(page_size) && (version == 1 || version == 2);
  if (out.mode_known) {
    out.page_size = page_size;
    out.write_version = out.read_version = version;
  }
  return {header_fault::none, out};
}

}  // namespace telltale::sqlite
