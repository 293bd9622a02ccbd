// Judges the -shm and -wal files of a database in WAL mode.
#include "sqlite/judge_wal.hpp"

#include <fmt/format.h>

#include <telltale/file_failure.hpp>

#include "sqlite/judge_files.hpp"

namespace telltale::sqlite {
namespace {

preliminary_finding broken(reason why, std::string sentence, ambiguity how = ambiguity::moment) {
  return {verdict::fail, why, std::move(sentence), how};
}

/// Reports a file that exists but cannot be read.
std::optional<preliminary_finding> judge_side_file(const file_state& file, const std::string& path) {
  if (file.exists && !file.regular)
    return preliminary_finding{verdict::fail, reason::mismatch, file_name(path) + " is not a regular file"};
  if (file.error == 0 || file.error == ENOENT) return std::nullopt;
  return preliminary_finding{file_failure(path, file.error)};
}

preliminary_finding truncated_index(const observation& seen) {
  return broken(
      reason::corrupt,
      fmt::format("{}-shm was truncated to {} bytes while in use: the application can crash at its next access",
                  file_name(seen.path), seen.shm.facts.size),
      // An application locks the file before it extends it, which may wait for the disk.
      ambiguity::locks);
}

std::optional<preliminary_finding> judge_index(const observation& seen) {
  // The first user of an index creates it block by block and its header last, under the write lock.
  const bool has_header =
      seen.index.state != wal_index_state::too_short && seen.index.state != wal_index_state::uninitialised;
  if (!has_header && (seen.shm_holders.writer || seen.shm_holders.recoverer)) return std::nullopt;
  const auto frames = seen.index_ok() ? seen.index.index.last_frame : 0;
  if (seen.index.state != wal_index_state::unknown_version && seen.shm.facts.size < wal_index_bytes(frames))
    return truncated_index(seen);
  switch (seen.index.state) {
    case wal_index_state::ok:
      return std::nullopt;
    case wal_index_state::unknown_version:
      return preliminary_finding{
          verdict::warn, reason::mismatch,
          fmt::format("its WAL index has version {}, only {} is supported: backlog and commits cannot be read",
                      seen.index.version, wal_format_version)};
    case wal_index_state::too_short:
      return truncated_index(seen);
    case wal_index_state::uninitialised:
    case wal_index_state::torn:
      break;
  }
  // A holder of one of these locks is writing it.
  if (seen.shm_holders.writer || seen.shm_holders.recoverer) return std::nullopt;
  return preliminary_finding{
      verdict::warn, reason::corrupt,
      "its WAL index is half written: a writer died while writing it, and the next reader rebuilds it",
      ambiguity::moment};
}

/// The database is in use, but its index is unused or used by another process.
preliminary_finding index_mismatch(const observation& seen) {
  const auto name = file_name(seen.path) + "-shm";
  const auto whom = by_whom(*seen.locks.user);
  if (seen.database_is_mount)
    return broken(
        reason::mismatch,
        fmt::format("is mounted as a single file and in use{}: the -wal and -shm in use are not visible here; "
                    "mount the directory that holds all three",
                    whom),
        ambiguity::locks);
  if (seen.shm_is_mount)
    return broken(reason::mismatch,
                  fmt::format("{} is mounted as a single file, and not the one in use{}: mount the directory that "
                              "holds all three files",
                              name, whom),
                  ambiguity::opening);
  if (!seen.shm.exists)
    return broken(
        reason::replaced,
        fmt::format("{} was deleted while in use{}: the next process to open the database can corrupt it", name, whom),
        ambiguity::opening);
  return broken(
      reason::replaced,
      fmt::format("{} is not the one in use{}: it was replaced while in use, or the application closed another "
                  "descriptor of it; writers with different files corrupt the database",
                  name, whom),
      ambiguity::opening);
}

}  // namespace

std::optional<preliminary_finding> judge_shm(const observation& seen) {
  if (auto found = judge_side_file(seen.shm, seen.path + "-shm")) return found;
  if (seen.index_mismatch()) return index_mismatch(seen);
  if (!seen.live()) return std::nullopt;
  // Every connection in WAL mode keeps a shared lock on its database. No lock here means that it has another file.
  if (!seen.locks.user)
    return broken(
        reason::replaced,
        fmt::format(
            "is not the file in use{}: it was replaced, or lost its locks because the application closed another "
            "descriptor of it",
            by_whom(*seen.shm_holders.connection)),
        ambiguity::locks);
  return judge_index(seen);
}

std::optional<preliminary_finding> judge_wal(const observation& seen) {
  if (auto found = judge_side_file(seen.wal, seen.path + "-wal")) return found;
  const auto name = file_name(seen.path) + "-wal";
  if (seen.wal_start && seen.wal_start->version != wal_format_version)
    return preliminary_finding{verdict::warn, reason::mismatch,
                               fmt::format("{} has format version {}, only {} is supported", name,
                                           seen.wal_start->version, wal_format_version)};
  if (seen.wal_start && seen.wal_start->page_size != seen.header.header.page_size)
    return broken(reason::corrupt,
                  fmt::format("{} has pages of {} bytes, the database of {}: it belongs to another database", name,
                              seen.wal_start->page_size, seen.header.header.page_size));
  if (!seen.live() && !seen.held_exclusively() && seen.wal.facts.size > 0 && !seen.wal_start)
    return preliminary_finding{verdict::warn, reason::corrupt,
                               name + " does not start with a WAL header: the next application discards its content",
                               ambiguity::moment};
  if (!seen.index_ok() || seen.index.index.last_frame == 0) return std::nullopt;

  const auto& index = seen.index.index;
  if (!seen.wal.exists)
    return broken(reason::replaced, fmt::format("{} was deleted while in use: {} pages of committed data are lost when "
                                                "the application stops",
                                                name, index.backlog_frames()));
  const auto needed = wal_header_bytes + std::uint64_t{index.last_frame} * (wal_frame_header_bytes + index.page_size);
  if (seen.wal.facts.size < needed)
    return broken(reason::corrupt, fmt::format("{} was truncated while in use: {} of {} bytes are there", name,
                                               seen.wal.facts.size, needed));
  if (!seen.wal_start)
    return broken(reason::corrupt, name + " does not start with a WAL header: it was overwritten while in use");
  if (seen.wal_start->salt != index.salt)
    return broken(reason::replaced, name + " is not the log in use: it was replaced by another log");
  return std::nullopt;
}

}  // namespace telltale::sqlite
