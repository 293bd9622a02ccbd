// Parses the WAL header; the offsets are those of fileformat2.html, section 4.1.
#include "sqlite/wal_header.hpp"

#include "sqlite/checksum.hpp"

namespace telltale::sqlite {

std::optional<wal_header> parse_wal_header(byte_view from) {
  if (from.size() < wal_header_bytes) return std::nullopt;
  const auto magic = read_big_endian<std::uint32_t>(from, 0);
  if ((magic & ~std::uint32_t{1}) != 0x377f0682) return std::nullopt;

  wal_header out;
  out.big_endian_checksums = (magic & 1) != 0;
  out.version = read_big_endian<std::uint32_t>(from, 4);
  out.page_size = read_big_endian<std::uint32_t>(from, 8);
  out.salt = {read_big_endian<std::uint32_t>(from, 16), read_big_endian<std::uint32_t>(from, 20)};
  if (!is_page_size(out.page_size)) return std::nullopt;

  const auto order = out.big_endian_checksums ? word_order::big_endian : word_order::little_endian;
  const auto sum = wal_checksum(from.first(24), order);
  if (sum[0] != read_big_endian<std::uint32_t>(from, 24) || sum[1] != read_big_endian<std::uint32_t>(from, 28))
    return std::nullopt;
  return out;
}

}  // namespace telltale::sqlite
