// Fuzz target: SQLite's files, result codes and expectations. The first byte selects the parser.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "expect/expectation.hpp"
#include "sqlite/database_header.hpp"
#include "sqlite/encrypted_header.hpp"
#include "sqlite/result_text.hpp"
#include "sqlite/wal_header.hpp"
#include "sqlite/wal_index.hpp"

using namespace telltale;
using namespace telltale::sqlite;

namespace {

/// An invariant that must hold for every input; the fuzzer detects the abort.
void require(bool holds) {
  if (!holds) std::abort();
}

void database(byte_view bytes) {
  const auto got = parse_database_header(bytes);
  if (got.fault != header_fault::none) return;
  require(bytes.size() >= database_header_bytes);
  require(is_page_size(got.header.page_size));
  require(got.header.read_version == 1 || got.header.read_version == 2);
  require(parse_database_header(bytes.first(database_header_bytes)).header == got.header);
}

void encrypted_database(byte_view bytes) {
  const auto got = parse_encrypted_header(bytes);
  if (got.fault != header_fault::none) return;
  require(bytes.size() >= database_header_bytes);
  require(got.header.encrypted || is_page_size(got.header.page_size));
}

void log(byte_view bytes) {
  const auto got = parse_wal_header(bytes);
  if (!got) return;
  require(bytes.size() >= wal_header_bytes);
  require(is_page_size(got->page_size));
}

void index(byte_view bytes) {
  const auto got = parse_wal_index(bytes);
  if (got.state != wal_index_state::ok) return;
  require(bytes.size() >= wal_index_header_bytes);
  require(got.version == wal_format_version);
  require(got.index.backlog_frames() <= got.index.last_frame);
  require(is_page_size(got.index.page_size) || (got.index.page_size == 0 && got.index.last_frame == 0));
}

void code(std::string_view text) {
  int number = 0;
  for (const char c : text.substr(0, 4))
    number = static_cast<int>((static_cast<unsigned>(number) << 8) | static_cast<unsigned char>(c));
  const auto got = explain_result(number, std::string(text));
  require(!got.sentence.empty());
  // No failure may look like a healthy run.
  require(got.verdict != verdict::pass || got.reason != reason::ok);
}

void expected(std::string_view text) {
  const auto half = text.size() / 2;
  const auto got = parse_expectation(text.substr(0, half));
  if (!got) return;
  const auto actual = text.substr(half);
  auto opposite = *got;
  using relation = expectation::relation;
  opposite.wanted = got->wanted == relation::equal ? relation::not_equal : relation::equal;
  if (got->wanted == relation::equal || got->wanted == relation::not_equal)
    require(got->holds(actual) != opposite.holds(actual));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0]) {
    case 'd':
      database(bytes);
      break;
    case 'e':
      encrypted_database(bytes);
      break;
    case 'w':
      log(bytes);
      break;
    case 'i':
      index(bytes);
      break;
    case 'c':
      code(text);
      break;
    default:
      expected(text);
  }
  return 0;
}
