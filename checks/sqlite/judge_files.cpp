// Judges the database file, its journal mode, its size and its file system.
#include "sqlite/judge_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/file_failure.hpp>
#include <telltale/units.hpp>

#include "base/small_file.hpp"
#include "sqlite/judge_wal.hpp"

namespace telltale::sqlite {
namespace {

/// Judges a database that is missing or cannot be read.
std::optional<preliminary_finding> judge_access(const observation& seen) {
  const auto& file = seen.database;
  if (file.exists && !file.regular)
    return preliminary_finding{verdict::fail, reason::mismatch,
                               fmt::format("is {}, not a database file", file_kind(file.facts.mode))};
  if (file.error == 0) return std::nullopt;
  if (file.error == ENOENT && seen.live())
    return preliminary_finding{verdict::fail, reason::replaced,
                               fmt::format("was deleted while in use{}: data written to it now is lost",
                                           by_whom(*seen.shm_holders.connection)),
                               ambiguity::moment};
  preliminary_finding failure{file_failure(seen.path, file.error)};
  if (file.error == EACCES && file.exists)
    failure.sentence +=
        fmt::format("; it belongs to uid {} and has mode {:04o}", file.facts.owner, file.facts.mode & 07777u);
  return failure;
}

std::optional<preliminary_finding> judge_header(const observation& seen) {
  auto corrupt = [](std::string sentence) {
    return preliminary_finding{verdict::fail, reason::corrupt, std::move(sentence)};
  };
  switch (seen.header.fault) {
    case header_fault::none:
      return std::nullopt;
    case header_fault::empty:
      return corrupt("is empty (0 bytes): it was never written, or it was truncated");
    case header_fault::too_short:
      return corrupt(fmt::format("has only {} bytes, less than a database header", seen.database.facts.size));
    case header_fault::not_a_database:
      return corrupt(
          "is not an SQLite database: it starts with other bytes (damaged, another file, or encrypted, which the "
          "option `encrypted: true` allows)");
    case header_fault::zeros:
      return corrupt("starts with zeros, which no encrypted database does: the file system lost its content");
    case header_fault::page_size:
      return corrupt(
          fmt::format("has a damaged header: a page size of {} is impossible", seen.header.header.page_size));
    case header_fault::payload_fractions:
      return corrupt("has a damaged header: its fixed bytes are wrong");
    case header_fault::version:
      return preliminary_finding{
          verdict::fail, reason::mismatch,
          fmt::format("has format version {}, which no known SQLite supports", seen.header.header.read_version)};
  }
  return std::nullopt;
}

/// Pages that may exist only in the log.
std::uint64_t pages_in_log(const observation& seen) {
  if (seen.index_ok()) return seen.index.index.backlog_frames();
  const auto frame = wal_frame_header_bytes + seen.header.header.page_size;
  return seen.wal.facts.size > wal_header_bytes ? (seen.wal.facts.size - wal_header_bytes) / frame : 0;
}

std::optional<preliminary_finding> judge_length(const observation& seen) {
  const auto& header = seen.header.header;
  const auto size = seen.database.facts.size;
  // When every page is copied, the file must have the size that the index states.
  if (seen.wal_mode() && seen.index_ok() && seen.index.index.last_frame > 0 && seen.index.index.backlog_frames() == 0)
    if (const auto whole = std::uint64_t{seen.index.index.page_count} * seen.index.index.page_size; size < whole)
      return preliminary_finding{verdict::fail, reason::corrupt,
                                 fmt::format("is truncated: {} of {} bytes are there", size, whole), ambiguity::moment};
  if (!header.page_count_valid || size >= header.expected_bytes()) return std::nullopt;
  // A rollback-mode writer extends the file page by page under its lock, and a hot journal undoes that.
  if (!seen.wal_mode() && (seen.writer() || seen.journal_has_header)) return std::nullopt;
  const auto missing = header.page_count - size / header.page_size;
  if (seen.wal_mode() && missing <= pages_in_log(seen)) return std::nullopt;
  return preliminary_finding{verdict::fail, reason::corrupt,
                             fmt::format("is truncated: {} of {} bytes are there", size, header.expected_bytes()),
                             ambiguity::moment};
}

std::optional<preliminary_finding> judge_journal_mode(const observation& seen, wal_expectation expected) {
  if (!seen.header.header.mode_known) return std::nullopt;
  // An application that leaves WAL mode closes and deletes the -shm first.
  if (!seen.wal_mode() && seen.live()) return overwritten_in_place(seen);
  if (seen.wal_mode() || expected == wal_expectation::ignore) return std::nullopt;
  return preliminary_finding{expected == wal_expectation::fail ? verdict::fail : verdict::warn, reason::mismatch,
                             "is not in WAL mode: it uses a rollback journal"};
}

std::optional<preliminary_finding> judge_journal(const observation& seen) {
  if (!seen.hot_journal()) return std::nullopt;
  return preliminary_finding{
      verdict::warn, reason::corrupt,
      "a writer died in the middle of a transaction: the next application to open the database rolls it back",
      ambiguity::moment};
}

/// A journal that cannot be read may need a rollback.
std::optional<preliminary_finding> judge_journal_access(const observation& seen) {
  const int error = seen.journal_error;
  if (error == 0 || error == ENOENT) return std::nullopt;
  const bool refused = error == EACCES || error == EPERM;
  preliminary_finding failure{file_failure(seen.path + "-journal", error)};
  if (refused) failure.verdict = verdict::warn;
  return failure;
}

/// A commit appends a frame for each changed page; with less free space it fails.
constexpr std::uint64_t min_free_bytes = std::uint64_t{64} << 10;

/// Warns about file systems of a virtual machine's host and unknown ones: they may hide locks.
std::optional<preliminary_finding> judge_file_system(const observation& seen) {
  if (seen.fs.possibly_remote.empty()) return std::nullopt;
  return preliminary_finding{
      verdict::warn, reason::mismatch,
      fmt::format("is on {}, which is not known to be local: locks of programs on other machines are not visible",
                  seen.fs.possibly_remote)};
}

/// Free space for the owner of the database, as which the application is assumed to run.
std::optional<std::uint64_t> free_bytes_for_owner(const observation& seen) {
  return seen.database.facts.owner == 0 ? seen.fs.free_space.bytes_for_root : seen.fs.free_space.bytes_for_others;
}

/// Whether commits can reuse space of a log that was longer before.
bool log_has_slack(const observation& seen) {
  if (!seen.index_ok()) return false;
  const auto& index = seen.index.index;
  const auto used = wal_header_bytes + std::uint64_t{index.last_frame} * (wal_frame_header_bytes + index.page_size);
  return seen.wal.facts.size >= used + min_free_bytes;
}

/// Reports a full disk before the next commit fails.
std::optional<preliminary_finding> judge_free_space(const observation& seen) {
  const auto left = free_bytes_for_owner(seen);
  const auto needed =
      std::max(min_free_bytes, 4 * (wal_frame_header_bytes + std::uint64_t{seen.header.header.page_size}));
  if (left && *left < needed)
    return preliminary_finding{
        log_has_slack(seen) ? verdict::warn : verdict::fail, reason::full,
        fmt::format("its file system is full ({} left for its owner): commits that need new space fail "
                    "(SQLITE_FULL)",
                    human_bytes(static_cast<double>(*left)))};
  if (!seen.fs.free_space.no_inodes) return std::nullopt;
  // An application that has its files open can continue; the next one cannot start.
  return preliminary_finding{seen.live() || seen.held_exclusively() ? verdict::warn : verdict::fail, reason::full,
                             "its file system is out of inodes: SQLite cannot create -wal, -shm or a journal"};
}

}  // namespace

std::string by_whom(const held_lock& lock) {
  return lock.pid > 0 ? fmt::format(" by pid {}", lock.pid) : " by a process whose pid is not visible from here";
}

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

preliminary_finding overwritten_in_place(const observation& seen) {
  return {
      verdict::fail, reason::replaced,
      fmt::format("was overwritten in place while in use{}: the application still uses the log and the index of the "
                  "previous database; stop it before restoring a backup",
                  by_whom(*seen.shm_holders.connection)),
      ambiguity::locks};
}

std::vector<preliminary_finding> judge_files(const observation& seen, wal_expectation expected) {
  std::vector<preliminary_finding> out;
  auto take = [&](std::optional<preliminary_finding> found) {
    if (found) out.push_back(std::move(*found));
    return found.has_value();
  };
  if (!seen.fs.network.empty())
    take(preliminary_finding{
        verdict::fail, reason::mismatch,
        fmt::format("is on {}: locks and shared memory are not reliable there, so it was not inspected",
                    seen.fs.network)});
  // The following judgements need a valid header.
  if (!out.empty() || take(judge_access(seen)) || take(judge_header(seen))) return out;
  take(judge_file_system(seen));
  take(judge_length(seen));
  take(judge_journal(seen));
  take(judge_journal_access(seen));
  take(judge_journal_mode(seen, expected));
  take(judge_free_space(seen));
  if (seen.wal_mode()) {
    take(judge_shm(seen));
    take(judge_wal(seen));
  }
  return out;
}

}  // namespace telltale::sqlite
