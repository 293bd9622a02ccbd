// Completes and judges the observation of an encrypted database.
#include "sqlite/encrypted.hpp"

#include <string_view>

#include <fmt/format.h>

namespace telltale::sqlite {
namespace {

/// The inode of the database that was last seen in use in WAL mode.
constexpr std::string_view used_in_wal_mode = "encrypted_wal_inode";

}  // namespace

void complete_header(observation& seen) {
  auto& header = seen.header.header;
  if (seen.header.fault != header_fault::none || !header.encrypted || header.mode_known) return;
  header.mode_known = seen.wal.exists || seen.shm.exists || seen.journal_has_header;
  header.read_version = seen.wal.exists || seen.shm.exists ? 2 : 1;
  if (seen.wal_start) header.page_size = seen.wal_start->page_size;
  else if (seen.index_ok()) header.page_size = seen.index.index.page_size;
}

void assume_journal_mode(observation& seen, memory& kept) {
  auto& header = seen.header.header;
  if (seen.header.fault != header_fault::none || !header.encrypted) return;
  const auto inode = static_cast<std::int64_t>(seen.database.facts.inode);
  if (header.mode_known && seen.wal_mode() && seen.locks.user) return kept.set(used_in_wal_mode, inode);
  const bool before = kept.get(used_in_wal_mode) == inode;
  if (!seen.locks.user || header.mode_known) kept.forget(used_in_wal_mode);
  if (!header.mode_known && (!seen.locks.user || before)) header.read_version = 2;
}

void judge_encryption(const observation& seen, findings& found) {
  if (!seen.readable() || seen.header.fault != header_fault::none || !seen.fs.network.empty()) return;
  if (!seen.header.header.encrypted)
    return found.warn(reason::mismatch, "is not encrypted: everyone who can read the file can read its content");
  if (seen.database.facts.size % smallest_page != 0)
    found.fail(reason::corrupt,
               fmt::format("is truncated: {} bytes are not a whole number of pages", seen.database.facts.size));
}

}  // namespace telltale::sqlite
