// Builds the start of SQLite's files byte by byte, independently of the code that reads them.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "sqlite/byte_order.hpp"

namespace telltale::testing {

class image {
 public:
  explicit image(std::size_t size) : bytes_(size) {}

  image& big16(std::size_t at, std::uint32_t value) { return put(at, {value >> 8, value}); }
  image& big32(std::size_t at, std::uint32_t value) { return put(at, {value >> 24, value >> 16, value >> 8, value}); }
  image& byte(std::size_t at, std::uint32_t value) { return put(at, {value}); }
  template <class T>
  image& native(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }
  image& text(std::size_t at, std::string_view value) {
    std::memcpy(bytes_.data() + at, value.data(), value.size());
    return *this;
  }
  image& cut(std::size_t size) {
    bytes_.resize(size);
    return *this;
  }

  sqlite::byte_view view() const { return bytes_; }
  std::vector<std::byte>& raw() { return bytes_; }

 private:
  image& put(std::size_t at, std::initializer_list<std::uint32_t> values) {
    for (const auto value : values) bytes_[at++] = static_cast<std::byte>(value & 0xff);
    return *this;
  }

  std::vector<std::byte> bytes_;
};

/// The sums of fileformat2.html, section 4.2, over words read by `word`.
template <class Word>
std::array<std::uint32_t, 2> sums(std::size_t words, Word word) {
  std::uint32_t s0 = 0;
  std::uint32_t s1 = 0;
  for (std::size_t i = 0; i < words; i += 2) {
    s0 += word(i) + s1;
    s1 += word(i + 1) + s0;
  }
  return {s0, s1};
}

inline image database_image(std::uint32_t page_size = 4096, std::uint32_t version = 2) {
  image out(100);
  out.text(0, std::string_view("SQLite format 3\0", 16)).big16(16, page_size == 65536 ? 1 : page_size);
  out.byte(18, version).byte(19, version).byte(21, 64).byte(22, 32).byte(23, 32);
  return out.big32(24, 7).big32(28, 5).big32(40, 3).big32(92, 7);
}

inline image wal_image(bool big_endian, std::uint32_t page_size = 4096) {
  image out(32);
  out.big32(0, big_endian ? 0x377f0683 : 0x377f0682).big32(4, 3007000).big32(8, page_size);
  out.big32(12, 1).big32(16, 0x11223344).big32(20, 0x55667788);
  const auto sum = sums(6, [&](std::size_t i) {
    const auto word = sqlite::read_big_endian<std::uint32_t>(out.view(), i * 4);
    return big_endian ? word : __builtin_bswap32(word);
  });
  return out.big32(24, sum[0]).big32(28, sum[1]);
}

struct index_fields {
  std::uint32_t version = 3007000;
  std::uint32_t change = 9;
  bool initialised = true;
  std::uint32_t page_size = 4096;
  std::uint32_t last_frame = 10;
  std::uint32_t page_count = 20;
  std::uint32_t backfilled = 4;
};

inline image index_image(const index_fields& fields = {}) {
  image out(136);
  for (const std::size_t copy : {0u, 48u}) {
    out.native(copy, fields.version).native(copy + 8, fields.change).byte(copy + 12, fields.initialised ? 1 : 0);
    out.native(copy + 14, static_cast<std::uint16_t>(fields.page_size == 65536 ? 1 : fields.page_size));
    out.native(copy + 16, fields.last_frame).native(copy + 20, fields.page_count);
    out.big32(copy + 32, 0x11223344).big32(copy + 36, 0x55667788);
    const auto sum =
        sums(10, [&](std::size_t i) { return sqlite::read_native<std::uint32_t>(out.view(), copy + i * 4); });
    out.native(copy + 40, sum[0]).native(copy + 44, sum[1]);
  }
  return out.native(96, fields.backfilled);
}

}  // namespace telltale::testing
