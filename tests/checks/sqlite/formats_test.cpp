// Tests the parsers of SQLite's file formats with valid, truncated, damaged and random bytes.
#include <doctest/doctest.h>

#include <random>

#include "checks/sqlite/image.hpp"
#include "sqlite/database_header.hpp"
#include "sqlite/wal_header.hpp"
#include "sqlite/wal_index.hpp"

using namespace telltale::sqlite;
using namespace telltale::testing;

namespace {

/// The same bytes in every test run.
std::vector<std::byte> noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> out(size);
  for (auto& byte : out) byte = static_cast<std::byte>(random());
  return out;
}

}  // namespace

TEST_CASE("database header: every field is read from its offset") {
  const auto [fault, header] = parse_database_header(database_image().view());
  CHECK(fault == header_fault::none);
  CHECK(header.page_size == 4096);
  CHECK(header.wal());
  CHECK(header.change_counter == 7);
  CHECK(header.page_count == 5);
  CHECK(header.page_count_valid);
  CHECK(header.expected_bytes() == 5 * 4096);
  CHECK(header.schema_cookie == 3);
}

TEST_CASE("database header: page sizes are powers of two from 512 to 65536") {
  for (const unsigned size : {512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u, 65536u}) {
    CAPTURE(size);
    CHECK(parse_database_header(database_image(size).view()).header.page_size == size);
  }
  for (const unsigned size : {0u, 2u, 256u, 511u, 513u, 4095u, 65535u}) {
    CAPTURE(size);
    auto damaged = database_image();
    damaged.big16(16, size);
    CHECK(parse_database_header(damaged.view()).fault == header_fault::page_size);
  }
}

TEST_CASE("database header: the page count is used only when a current SQLite wrote it") {
  auto old = database_image();
  CHECK_FALSE(parse_database_header(old.big32(92, 6).view()).header.page_count_valid);
  auto none = database_image();
  CHECK_FALSE(parse_database_header(none.big32(28, 0).view()).header.page_count_valid);
}

TEST_CASE("database header: each fault is named") {
  struct row {
    header_fault fault;
    image bytes;
  };
  const row rows[] = {
      {header_fault::empty, database_image().cut(0)},
      {header_fault::too_short, database_image().cut(1)},
      {header_fault::too_short, database_image().cut(99)},
      {header_fault::not_a_database, database_image().text(0, "sqlite")},
      {header_fault::not_a_database, database_image().byte(15, 1)},
      {header_fault::not_a_database, image(100)},
      {header_fault::payload_fractions, database_image().byte(21, 63)},
      {header_fault::version, database_image().byte(19, 3)},
      {header_fault::version, database_image().byte(19, 0)},
  };
  for (const auto& row : rows) CHECK(parse_database_header(row.bytes.view()).fault == row.fault);
  CHECK_FALSE(parse_database_header(database_image(4096, 1).view()).header.wal());
}

TEST_CASE("WAL header: both byte orders of its checksum are accepted") {
  for (const bool big_endian : {false, true}) {
    const auto header = parse_wal_header(wal_image(big_endian, 65536).view());
    REQUIRE(header);
    CHECK(header->big_endian_checksums == big_endian);
    CHECK(header->version == wal_format_version);
    CHECK(header->page_size == 65536);
    CHECK(header->salt == std::array<std::uint32_t, 2>{0x11223344, 0x55667788});
  }
}

TEST_CASE("WAL header: truncated, damaged and wrongly ordered headers are rejected") {
  CHECK_FALSE(parse_wal_header({}));
  CHECK_FALSE(parse_wal_header(wal_image(false).cut(31).view()));
  CHECK_FALSE(parse_wal_header(wal_image(false).big32(0, 0x377f0683).view()));
  CHECK_FALSE(parse_wal_header(wal_image(false).big32(0, 0x82067f37).view()));
  CHECK_FALSE(parse_wal_header(wal_image(false, 1000).view()));
  for (std::size_t at = 4; at < 32; ++at) {
    CAPTURE(at);
    auto damaged = wal_image(true);
    damaged.raw()[at] ^= std::byte{0x10};
    CHECK_FALSE(parse_wal_header(damaged.view()));
  }
}

TEST_CASE("WAL index: every field is read from its offset") {
  const auto [state, version, index] = parse_wal_index(index_image().view());
  CHECK(state == wal_index_state::ok);
  CHECK(version == wal_format_version);
  CHECK(index.change == 9);
  CHECK(index.page_size == 4096);
  CHECK(index.last_frame == 10);
  CHECK(index.page_count == 20);
  CHECK(index.backfilled == 4);
  CHECK(index.backlog_frames() == 6);
  CHECK(index.salt == std::array<std::uint32_t, 2>{0x11223344, 0x55667788});
}

TEST_CASE("WAL index: a half-complete restart of the log has no backlog") {
  CHECK(parse_wal_index(index_image({.last_frame = 0, .backfilled = 10}).view()).index.backlog_frames() == 0);
}

TEST_CASE("WAL index: every page size is read, and zero while the log is empty") {
  for (const unsigned size : {512u, 4096u, 32768u, 65536u})
    CHECK(parse_wal_index(index_image({.page_size = size}).view()).index.page_size == size);
  CHECK(parse_wal_index(index_image({.page_size = 0, .last_frame = 0}).view()).state == wal_index_state::ok);
  CHECK(parse_wal_index(index_image({.page_size = 0}).view()).state == wal_index_state::torn);
}

TEST_CASE("WAL index: headers that SQLite rejects are rejected") {
  CHECK(parse_wal_index({}).state == wal_index_state::too_short);
  CHECK(parse_wal_index(index_image().cut(135).view()).state == wal_index_state::too_short);
  CHECK(parse_wal_index(image(136).view()).state == wal_index_state::uninitialised);
  CHECK(parse_wal_index(index_image({.initialised = false}).view()).state == wal_index_state::uninitialised);
  const auto newer = parse_wal_index(index_image({.version = 3008000}).view());
  CHECK(newer.state == wal_index_state::unknown_version);
  CHECK(newer.version == 3008000);
  // One copy is written and the other is not; then both are equal but damaged.
  for (std::size_t at = 0; at < 48; ++at) {
    CAPTURE(at);
    auto half = index_image();
    half.raw()[at] ^= std::byte{0x20};
    CHECK(parse_wal_index(half.view()).state == wal_index_state::torn);
    if (at < 4 || at == 12) continue;
    half.raw()[at + 48] ^= std::byte{0x20};
    CHECK(parse_wal_index(half.view()).state == wal_index_state::torn);
  }
}

TEST_CASE("formats: random bytes of every length are rejected without reading out of bounds") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const auto bytes = noise(seed % 300, seed);
    CHECK(parse_database_header(bytes).fault != header_fault::none);
    CHECK_FALSE(parse_wal_header(bytes));
    CHECK(parse_wal_index(bytes).state != wal_index_state::ok);
  }
}
