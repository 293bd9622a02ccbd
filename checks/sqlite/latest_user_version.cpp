// Searches the WAL index from its end for page 1.
#include "sqlite/latest_user_version.hpp"

#include <unistd.h>

#include <array>

namespace telltale::sqlite {
namespace {

constexpr std::uint32_t frames_of_first_region = 4062;
constexpr std::uint32_t frames_of_region = 4096;
constexpr std::size_t user_version_offset = 60;

/// One region of the index: the page numbers of frames `first` (counted from 1) and later.
struct region {
  std::uint32_t first = 0;
  std::uint64_t offset = 0;
};

region region_of(std::uint32_t frame) {
  if (frame <= frames_of_first_region) return {1, wal_index_header_bytes};
  const auto number = (frame - frames_of_first_region - 1) / frames_of_region + 1;
  return {frames_of_first_region + (number - 1) * frames_of_region + 1, number * wal_index_region_bytes};
}

template <std::size_t size>
bool read_at(int fd, std::array<std::byte, size>& into, std::size_t length, std::uint64_t offset) {
  return ::pread(fd, into.data(), length, static_cast<off_t>(offset)) == static_cast<ssize_t>(length);
}

/// The last frame up to `last` with page 1, 0 when there is none; empty when the index cannot be read.
std::optional<std::uint32_t> frame_of_page_one(int shm, std::uint32_t last) {
  std::array<std::byte, frames_of_region * sizeof(std::uint32_t)> numbers;
  while (last > 0) {
    const auto [first, offset] = region_of(last);
    if (!read_at(shm, numbers, (last - first + 1) * sizeof(std::uint32_t), offset)) return std::nullopt;
    for (auto frame = last; frame >= first; --frame)
      if (read_native<std::uint32_t>(numbers, (frame - first) * sizeof(std::uint32_t)) == 1) return frame;
    last = first - 1;
  }
  return 0;
}

/// Empty when the frame belongs to another log or page: the log was restarted after the index was read.
std::optional<std::uint32_t> user_version_in(int wal, std::uint32_t frame, const wal_index& index) {
  std::array<std::byte, wal_frame_header_bytes + user_version_offset + sizeof(std::uint32_t)> start;
  const auto at = wal_header_bytes + std::uint64_t{frame - 1} * (wal_frame_header_bytes + index.page_size);
  if (!read_at(wal, start, start.size(), at)) return std::nullopt;
  const std::array salt{read_big_endian<std::uint32_t>(start, 8), read_big_endian<std::uint32_t>(start, 12)};
  if (read_big_endian<std::uint32_t>(start, 0) != 1 || salt != index.salt) return std::nullopt;
  return read_big_endian<std::uint32_t>(start, wal_frame_header_bytes + user_version_offset);
}

}  // namespace

std::optional<std::uint32_t> latest_user_version(const observation& seen) {
  const auto in_file = seen.header.header.user_version;
  if (!seen.wal_mode() || seen.wal.facts.size == 0) return in_file;
  if (!seen.index_ok()) return std::nullopt;
  const auto shm = stat_and_open(seen.path + "-shm");
  const auto wal = stat_and_open(seen.path + "-wal");
  if (!shm.file || !wal.file) return std::nullopt;
  const auto frame = frame_of_page_one(shm.file.get(), seen.index.index.last_frame);
  if (!frame) return std::nullopt;
  return *frame == 0 ? in_file : user_version_in(wal.file.get(), *frame, seen.index.index);
}

}  // namespace telltale::sqlite
