// Parses the database header; the offsets are those of fileformat2.html, section 1.3.
#include "sqlite/database_header.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace telltale::sqlite {
namespace {

constexpr std::string_view magic("SQLite format 3\0", 16);

bool has_magic(byte_view from) {
  return std::equal(magic.begin(), magic.end(), from.begin(),
                    [](char expected, std::byte got) { return static_cast<std::byte>(expected) == got; });
}

}  // namespace

bool has_payload_fractions(byte_view from) {
  return from[21] == std::byte{64} && from[22] == std::byte{32} && from[23] == std::byte{32};
}

header_result parse_database_header(byte_view from) {
  if (from.empty()) return {header_fault::empty, {}};
  if (from.size() >= magic.size() && !has_magic(from)) return {header_fault::not_a_database, {}};
  if (from.size() < database_header_bytes) return {header_fault::too_short, {}};

  database_header out;
  const auto stored_size = read_big_endian<std::uint16_t>(from, 16);
  out.page_size = stored_size == 1 ? 65536 : stored_size;
  out.write_version = std::to_integer<std::uint8_t>(from[18]);
  out.read_version = std::to_integer<std::uint8_t>(from[19]);
  out.change_counter = read_big_endian<std::uint32_t>(from, 24);
  out.page_count = read_big_endian<std::uint32_t>(from, 28);
  out.page_count_valid = out.page_count != 0 && read_big_endian<std::uint32_t>(from, 92) == out.change_counter;
  out.schema_cookie = read_big_endian<std::uint32_t>(from, 40);
  out.user_version = read_big_endian<std::uint32_t>(from, 60);

  if (!is_page_size(out.page_size)) return {header_fault::page_size, out};
  if (!has_payload_fractions(from)) return {header_fault::payload_fractions, out};
  if (out.read_version == 0 || out.read_version > 2) return {header_fault::version, out};
  return {header_fault::none, out};
}

}  // namespace telltale::sqlite
