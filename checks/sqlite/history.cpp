// Comparisons between runs, kept as whole numbers in the check's memory.
#include "sqlite/history.hpp"

#include <cerrno>
#include <string_view>

namespace telltale::sqlite {
namespace {

constexpr std::string_view writer_since = "writer_since_ns";
constexpr std::string_view writer_pid = "writer_pid";
constexpr std::string_view writer_commit = "writer_commit";
constexpr std::string_view commit_source = "commit_source";
constexpr std::string_view commit_value = "commit_value";
constexpr std::string_view commit_since = "commit_since_ns";
constexpr std::string_view used_device = "used_device";
constexpr std::string_view used_inode = "used_inode";
constexpr std::string_view swapped_value = "swapped_value";
constexpr std::string_view no_index_pid = "no_index_pid";
constexpr std::string_view seen_device = "seen_device";
constexpr std::string_view seen_inode = "seen_inode";

/// Something that moves with every commit, and where it was read: values of different sources do not compare.
struct commit_mark {
  std::int64_t source = 0;
  std::int64_t value = 0;
};

std::optional<commit_mark> mark_of(const observation& seen) {
  if (seen.index_ok()) return commit_mark{1, seen.index.index.change};
  if (seen.held_exclusively()) return commit_mark{2, seen.wal.facts.modified_ns};
  if (seen.header.header.encrypted && !seen.wal_mode()) return commit_mark{4, seen.database.facts.modified_ns};
  if (seen.header.fault == header_fault::none && !seen.wal_mode())
    return commit_mark{3, seen.header.header.change_counter};
  return std::nullopt;  // nobody has it open, so nobody commits
}

/// Bytes that an application changes by using the file and that do not move while it is only being copied.
std::int64_t use_mark_of(const observation& seen) {
  return static_cast<std::int64_t>(std::uint64_t{seen.header.header.change_counter} << 32) ^
         static_cast<std::int64_t>(seen.wal.facts.size);
}

std::int64_t count(boot_clock::time_point at) { return at.time_since_epoch().count(); }

}  // namespace

std::optional<std::chrono::nanoseconds> history::writer_held_for(const observation& seen) {
  const auto holder = seen.writer();
  if (!holder) {
    kept_.forget(writer_since);
    return std::nullopt;
  }
  const auto mark = mark_of(seen);
  const auto commit = mark ? mark->value : 0;
  const auto since = kept_.get(writer_since);
  if (since && kept_.get(writer_pid) == holder->pid && kept_.get(writer_commit) == commit)
    return std::chrono::nanoseconds(count(now_) - *since);
  kept_.set(writer_since, count(now_));
  kept_.set(writer_pid, holder->pid);
  kept_.set(writer_commit, commit);
  return std::chrono::nanoseconds(0);
}

std::chrono::nanoseconds history::last_commit_age(const observation& seen) {
  const auto mark = mark_of(seen);
  const bool comparable = mark && kept_.get(commit_source) == mark->source;
  const bool same = comparable && kept_.get(commit_value) == mark->value;
  if (mark && !same) {
    kept_.set(commit_source, mark->source);
    kept_.set(commit_value, mark->value);
  }
  auto since = kept_.get(commit_since);
  if (!since || (comparable && !same)) {
    since = count(now_);
    kept_.set(commit_since, *since);
  }
  return std::chrono::nanoseconds(count(now_) - *since);
}

bool history::index_missing_for_long(const observation& seen) {
  const bool missing = seen.wal_mode() && seen.locks.user && !seen.shm.exists && !seen.held_exclusively();
  if (!missing) {
    kept_.forget(no_index_pid);
    return false;
  }
  const bool before = kept_.get(no_index_pid) == seen.locks.user->pid;
  kept_.set(no_index_pid, seen.locks.user->pid);
  return before;
}

bool history::is_file_seen_in_use(const observation& seen) const {
  return kept_.get(used_inode) == static_cast<std::int64_t>(seen.database.facts.inode) &&
         kept_.get(used_device) == static_cast<std::int64_t>(seen.database.facts.device);
}

std::optional<finding> history::swapped_in_wal_mode(const observation& seen) {
  const auto device = static_cast<std::int64_t>(seen.database.facts.device);
  const auto inode = static_cast<std::int64_t>(seen.database.facts.inode);
  if (seen.locks.user) {
    kept_.set(used_device, device);
    kept_.set(used_inode, inode);
    kept_.forget(swapped_value);
    return std::nullopt;
  }
  if (seen.live()) return std::nullopt;  // somebody uses another file of this name: that shows without a memory

  const bool known = kept_.get(used_inode).has_value();
  const bool same = kept_.get(used_device) == device && kept_.get(used_inode) == inode;
  const auto before = kept_.get(swapped_value);
  if (!known || same || (before && *before != use_mark_of(seen))) {
    kept_.forget(used_inode);
    kept_.forget(swapped_value);
    return std::nullopt;
  }
  kept_.set(swapped_value, use_mark_of(seen));
  return finding{verdict::fail, reason::replaced,
                 "was replaced while in use, and nobody has opened the new file: the application may still write to "
                 "the old one"};
}

std::optional<finding> history::swapped_in_rollback_mode(const observation& seen) {
  const auto device = static_cast<std::int64_t>(seen.database.facts.device);
  const auto inode = static_cast<std::int64_t>(seen.database.facts.inode);
  const bool swapped = kept_.get(seen_inode) && (kept_.get(seen_device) != device || kept_.get(seen_inode) != inode);
  kept_.set(seen_device, device);
  kept_.set(seen_inode, inode);
  if (!swapped) return std::nullopt;
  return finding{verdict::warn, reason::replaced, "is another file than in the last run"};
}

std::optional<finding> history::replaced(const observation& seen) {
  if (!seen.database.exists && seen.database.error == ENOENT) {
    if (!kept_.get(used_inode)) return std::nullopt;
    return finding{verdict::fail, reason::replaced,
                   "was deleted after it was last seen in use: an application that still has it open writes to a file "
                   "without a name"};
  }
  // Nothing can be said about a file that cannot be read, or is no database.
  if (!seen.readable() || !seen.place.network.empty() || seen.header.fault != header_fault::none) return std::nullopt;
  return seen.wal_mode() ? swapped_in_wal_mode(seen) : swapped_in_rollback_mode(seen);
}

}  // namespace telltale::sqlite
