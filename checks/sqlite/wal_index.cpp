// Parses the header of a WAL index as SQLite does; the offsets are those of walformat.html, section 2.1.
#include "sqlite/wal_index.hpp"

#include <algorithm>

#include "sqlite/checksum.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::size_t copy_bytes = 48;
constexpr std::size_t checksummed_bytes = 40;

bool checksum_holds(byte_view copy) {
  const auto sum = wal_checksum(copy.first(checksummed_bytes), word_order::native);
  return sum[0] == read_native<std::uint32_t>(copy, 40) && sum[1] == read_native<std::uint32_t>(copy, 44);
}

}  // namespace

wal_index_result parse_wal_index(byte_view from) {
  if (from.size() < wal_index_header_bytes) return {};
  const auto copy = from.first(copy_bytes);
  wal_index_result out{wal_index_state::torn, read_native<std::uint32_t>(copy, 0), {}};

  // A writer stores the second copy first, so equal copies were not written while being read.
  if (!std::ranges::equal(copy, from.subspan(copy_bytes, copy_bytes))) return out;
  if (out.version == 0 || copy[12] == std::byte{0}) {
    out.state = wal_index_state::uninitialised;
    return out;
  }
  // Another version may have another layout, including its checksum.
  if (out.version != wal_format_version) {
    out.state = wal_index_state::unknown_version;
    return out;
  }
  if (!checksum_holds(copy)) return out;

  const auto stored_size = read_native<std::uint16_t>(copy, 14);
  out.index.change = read_native<std::uint32_t>(copy, 8);
  out.index.big_endian_checksums = copy[13] != std::byte{0};
  out.index.page_size = (stored_size & 0xfe00u) + ((stored_size & 0x0001u) << 16);
  out.index.last_frame = read_native<std::uint32_t>(copy, 16);
  out.index.page_count = read_native<std::uint32_t>(copy, 20);
  out.index.salt = {read_big_endian<std::uint32_t>(copy, 32), read_big_endian<std::uint32_t>(copy, 36)};
  out.index.backfilled = read_native<std::uint32_t>(from, 96);
  // After a recovery without a log the page size is not set yet.
  const bool empty = out.index.last_frame == 0 && out.index.page_size == 0;
  if (empty || is_page_size(out.index.page_size)) out.state = wal_index_state::ok;
  return out;
}

}  // namespace telltale::sqlite
