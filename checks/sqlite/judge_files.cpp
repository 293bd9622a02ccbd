// Judges one look at the database itself, its journal mode and its size.
#include "sqlite/judge_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/file_failure.hpp>
#include <telltale/units.hpp>

#include "base/small_file.hpp"
#include "sqlite/judge_wal.hpp"

namespace telltale::sqlite {
namespace {

/// The database is not there or cannot be looked at.
std::optional<symptom> judge_access(const observation& seen) {
  const auto& file = seen.database;
  if (file.exists && !file.regular)
    return symptom{verdict::fail, reason::mismatch,
                   fmt::format("is {}, not a database file", file_kind(file.facts.mode))};
  if (file.error == 0) return std::nullopt;
  if (file.error == ENOENT && seen.live())
    return symptom{verdict::fail, reason::replaced,
                   fmt::format("was deleted while in use{}: whatever is written to it now is lost",
                               by_whom(*seen.shm_holders.connection)),
                   doubt::moment};
  symptom failure{file_failure(seen.path, file.error)};
  if (file.error == EACCES && file.exists)
    failure.sentence +=
        fmt::format("; it belongs to uid {} and has mode {:04o}", file.facts.owner, file.facts.mode & 07777u);
  return failure;
}

std::optional<symptom> judge_header(const observation& seen) {
  auto corrupt = [](std::string sentence) { return symptom{verdict::fail, reason::corrupt, std::move(sentence)}; };
  switch (seen.header.fault) {
    case header_fault::none:
      return std::nullopt;
    case header_fault::empty:
      return corrupt("is empty (0 bytes): nothing was ever written to it, or it was truncated");
    case header_fault::too_short:
      return corrupt(fmt::format("has only {} bytes, less than a database header", seen.database.facts.size));
    case header_fault::not_a_database:
      return corrupt(
          "is not an SQLite database: it begins with other bytes (damaged, another file, or encrypted, which the "
          "option "
          "`encrypted: true` allows)");
    case header_fault::zeros:
      return corrupt("begins with zeros, which no encrypted database does: the file system lost its content");
    case header_fault::page_size:
      return corrupt(
          fmt::format("has a damaged header: a page size of {} is impossible", seen.header.header.page_size));
    case header_fault::payload_fractions:
      return corrupt("has a damaged header: its fixed bytes are wrong");
    case header_fault::version:
      return symptom{
          verdict::fail, reason::mismatch,
          fmt::format("has format version {}, which no known SQLite reads", seen.header.header.read_version)};
  }
  return std::nullopt;
}

/// Pages that the log may still hold, so that they are not missed in the file.
std::uint64_t pages_in_log(const observation& seen) {
  if (seen.index_ok()) return seen.index.index.backlog_frames();
  const auto frame = wal_frame_header_bytes + seen.header.header.page_size;
  return seen.wal.facts.size > wal_header_bytes ? (seen.wal.facts.size - wal_header_bytes) / frame : 0;
}

std::optional<symptom> judge_length(const observation& seen) {
  const auto& header = seen.header.header;
  const auto size = seen.database.facts.size;
  // With every page copied, the file must hold what the index says, whatever the header in it does.
  if (seen.wal_mode() && seen.index_ok() && seen.index.index.last_frame > 0 && seen.index.index.backlog_frames() == 0)
    if (const auto whole = std::uint64_t{seen.index.index.page_count} * seen.index.index.page_size; size < whole)
      return symptom{verdict::fail, reason::corrupt, fmt::format("is truncated: {} of {} bytes are there", size, whole),
                     doubt::moment};
  if (!header.page_count_valid || size >= header.expected_bytes()) return std::nullopt;
  // A rollback-mode writer extends the file page by page under its lock, and a hot journal would undo that.
  if (!seen.wal_mode() && (seen.writer() || seen.journal_has_header)) return std::nullopt;
  const auto missing = header.page_count - size / header.page_size;
  if (seen.wal_mode() && missing <= pages_in_log(seen)) return std::nullopt;
  return symptom{verdict::fail, reason::corrupt,
                 fmt::format("is truncated: {} of {} bytes are there", size, header.expected_bytes()), doubt::moment};
}

std::optional<symptom> judge_journal_mode(const observation& seen, wal_expectation expected) {
  if (!seen.header.header.mode_known) return std::nullopt;
  // Whoever leaves WAL mode closes and deletes the -shm first.
  if (!seen.wal_mode() && seen.live()) return overwritten_in_place(seen);
  if (seen.wal_mode() || expected == wal_expectation::ignore) return std::nullopt;
  return symptom{expected == wal_expectation::fail ? verdict::fail : verdict::warn, reason::mismatch,
                 "is not in WAL mode: it uses a rollback journal"};
}

std::optional<symptom> judge_journal(const observation& seen) {
  if (!seen.hot_journal()) return std::nullopt;
  return symptom{
      verdict::warn, reason::corrupt,
      "a writer died in the middle of a transaction: the next application to open the database rolls it back",
      doubt::moment};
}

/// A journal that is there and cannot be looked at may be one that has to be rolled back.
std::optional<symptom> judge_journal_access(const observation& seen) {
  const int error = seen.journal_error;
  if (error == 0 || error == ENOENT) return std::nullopt;
  const bool refused = error == EACCES || error == EPERM;
  symptom failure{file_failure(seen.path + "-journal", error)};
  if (refused) failure.verdict = verdict::warn;
  return failure;
}

/// A commit appends at least a frame for each page it changes; less than this is as good as nothing.
constexpr std::uint64_t least_room = std::uint64_t{64} << 10;

/// A file system of a virtual machine's host, or one that nobody knows: what can be seen from here may not be all.
std::optional<symptom> judge_place(const observation& seen) {
  if (seen.place.doubtful.empty()) return std::nullopt;
  return symptom{
      verdict::warn, reason::mismatch,
      fmt::format("is on {}, which is not known to be local: locks of programs on other machines are not seen",
                  seen.place.doubtful)};
}

/// What the owner of the database may still write: the application is somebody with the rights of its files' owner.
std::optional<std::uint64_t> room_for_owner(const observation& seen) {
  return seen.database.facts.owner == 0 ? seen.place.room.bytes_for_root : seen.place.room.bytes_for_others;
}

/// A log that was longer once is written over from its start, which needs no new space.
bool log_has_slack(const observation& seen) {
  if (!seen.index_ok()) return false;
  const auto& index = seen.index.index;
  const auto used = wal_header_bytes + std::uint64_t{index.last_frame} * (wal_frame_header_bytes + index.page_size);
  return seen.wal.facts.size >= used + least_room;
}

/// A full disk shows at the next commit, that is too late.
std::optional<symptom> judge_room(const observation& seen) {
  const auto left = room_for_owner(seen);
  const auto needed = std::max(least_room, 4 * (wal_frame_header_bytes + std::uint64_t{seen.header.header.page_size}));
  if (left && *left < needed)
    return symptom{log_has_slack(seen) ? verdict::warn : verdict::fail, reason::full,
                   fmt::format("its file system is full ({} left for its owner): commits that need new space fail "
                               "(SQLITE_FULL)",
                               human_bytes(static_cast<double>(*left)))};
  if (!seen.place.room.no_inodes) return std::nullopt;
  // An application that has everything open already can go on; the next one that starts cannot.
  return symptom{seen.live() || seen.held_exclusively() ? verdict::warn : verdict::fail, reason::full,
                 "its file system is out of inodes: SQLite cannot create -wal, -shm or a journal"};
}

}  // namespace

std::string by_whom(const held_lock& lock) {
  return lock.pid > 0 ? fmt::format(" by pid {}", lock.pid) : " by a process whose pid is not visible from here";
}

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

symptom overwritten_in_place(const observation& seen) {
  return {verdict::fail, reason::replaced,
          fmt::format("was overwritten in place while in use{}: the application goes on with the log and the index of "
                      "the database before; stop it before a backup is restored",
                      by_whom(*seen.shm_holders.connection)),
          doubt::locks};
}

std::vector<symptom> judge_files(const observation& seen, wal_expectation expected) {
  std::vector<symptom> out;
  auto take = [&](std::optional<symptom> found) {
    if (found) out.push_back(std::move(*found));
    return found.has_value();
  };
  if (!seen.place.network.empty())
    take(symptom{verdict::fail, reason::mismatch,
                 fmt::format("is on {}: locks and shared memory cannot be trusted there, so nothing was looked at",
                             seen.place.network)});
  // What follows reads the header: there is nothing more to say about a file without one.
  if (!out.empty() || take(judge_access(seen)) || take(judge_header(seen))) return out;
  take(judge_place(seen));
  take(judge_length(seen));
  take(judge_journal(seen));
  take(judge_journal_access(seen));
  take(judge_journal_mode(seen, expected));
  take(judge_room(seen));
  if (seen.wal_mode()) {
    take(judge_shm(seen));
    take(judge_wal(seen));
  }
  return out;
}

}  // namespace telltale::sqlite
