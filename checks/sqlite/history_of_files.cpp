// Detects files that were replaced since earlier runs, and who uses them.
#include <cerrno>
#include <string_view>

#include <fmt/format.h>

#include "base/process_stat.hpp"
#include "sqlite/history.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/lock_table.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::string_view mismatch_pid = "mismatch_pid";
constexpr std::string_view mismatch_index = "mismatch_index";
constexpr std::string_view unused_index = "unused_index";
constexpr std::string_view indexless_pid = "indexless_pid";
constexpr std::string_view lockless_pid = "lockless_pid";
constexpr std::string_view lockless_started = "lockless_started";
constexpr std::string_view copied_salt = "copied_salt";
constexpr std::string_view copied_frames = "copied_frames";
constexpr std::string_view copied_header = "copied_header";
constexpr std::string_view swapped_value = "swapped_value";

/// Names of the stored values that identify a file.
struct known_file {
  std::string_view device;
  std::string_view inode;
  std::string_view changes;
};
constexpr known_file used{"used_device", "used_inode", "used_changes"};
constexpr std::string_view used_in_table = "used_in_table";
constexpr std::string_view used_at = "used_at_ns";
constexpr known_file seen_last{"seen_device", "seen_inode", "seen_changes"};

void keep(memory& kept, const known_file& as, const observation& seen) {
  kept.set(as.device, static_cast<std::int64_t>(seen.database.facts.device));
  kept.set(as.inode, static_cast<std::int64_t>(seen.database.facts.inode));
  kept.set(as.changes, seen.header.header.change_counter);
}

/// Where inode numbers are not stable, only a lower change counter proves that the file is another one.
bool is_same(const memory& kept, const known_file& as, const observation& seen) {
  if (kept.get(as.inode) == static_cast<std::int64_t>(seen.database.facts.inode) &&
      kept.get(as.device) == static_cast<std::int64_t>(seen.database.facts.device))
    return true;
  const auto changes = kept.get(as.changes);
  return !seen.fs.inodes_stable && changes && seen.header.header.change_counter >= *changes;
}

/// Stores the identity of the file in use and its device in the kernel's table of locks. Where the table does not show
/// the user (another PID namespace, a file system with other numbers), it cannot prove that the file is unused.
void keep_used(memory& kept, const observation& seen, boot_clock::time_point now) {
  const auto inode = seen.database.facts.inode;
  const bool same = kept.get(used.inode) == static_cast<std::int64_t>(inode) &&
                    kept.get(used.device) == static_cast<std::int64_t>(seen.database.facts.device);
  keep(kept, used, seen);
  kept.set(used_at, now.time_since_epoch().count());
  const auto pid = seen.locks.user->pid;
  const bool may_show = pid > 0 && seen.fs.inodes_stable;
  if (may_show && same && kept.get(used_in_table)) return;  // a table that showed this file once shows it again
  const auto device = may_show ? device_in_lock_table(pid, inode) : std::nullopt;
  if (device) kept.set(used_in_table, static_cast<std::int64_t>(*device));
  else kept.forget(used_in_table);
}

/// Whether a current file has the inode number of the old file, which then no process can have open.
bool is_number_reused(const memory& kept, const observation& seen) {
  const auto reuses = [&](const file_state& file) {
    return file.exists && kept.get(used.inode) == static_cast<std::int64_t>(file.facts.inode) &&
           kept.get(used.device) == static_cast<std::int64_t>(file.facts.device);
  };
  return reuses(seen.shm) || reuses(seen.wal);
}

/// The process that still holds the file that was in use.
file_holder holder_of_used(const memory& kept, const observation& seen) {
  const auto device = kept.get(used_in_table);
  const auto inode = kept.get(used.inode);
  if (!device || !inode) return {};
  if (is_number_reused(kept, seen)) return {true, std::nullopt};
  return holder_of(static_cast<std::uint64_t>(*device), static_cast<std::uint64_t>(*inode),
                   std::chrono::nanoseconds(kept.get(used_at).value_or(0)));
}

void forget_used(memory& kept) {
  for (const auto name : {used.device, used.inode, used.changes, used_in_table, used_at, swapped_value})
    kept.forget(name);
}

/// A value that changes when an application uses the file, but not while the file is only copied.
std::int64_t use_mark_of(const observation& seen) {
  return static_cast<std::int64_t>(std::uint64_t{seen.header.header.change_counter} << 32) ^
         static_cast<std::int64_t>(seen.wal.facts.size);
}

/// A value in which a restored copy differs from the database that it replaces.
std::int64_t header_mark(const database_header& header) {
  return static_cast<std::int64_t>(std::uint64_t{header.change_counter} << 32 |
                                   (header.page_count ^ header.schema_cookie << 16 ^ header.user_version << 8));
}

}  // namespace

bool history::index_mismatch_before(const observation& seen) {
  if (!seen.index_mismatch()) {
    kept_.forget(mismatch_pid);
    kept_.forget(mismatch_index);
    return false;
  }
  const auto inode = static_cast<std::int64_t>(seen.shm.facts.inode);
  const bool before = kept_.get(mismatch_pid) == seen.locks.user->pid && kept_.get(mismatch_index) == inode;
  kept_.set(mismatch_pid, seen.locks.user->pid);
  kept_.set(mismatch_index, inode);
  return before;
}

bool history::reads_without_index(const observation& seen) {
  const auto inode = static_cast<std::int64_t>(seen.shm.facts.inode);
  if (!seen.locks.user) {
    kept_.forget(indexless_pid);
    if (seen.shm.exists && !seen.live()) kept_.set(unused_index, inode);
    else kept_.forget(unused_index);
    return false;
  }
  if (!seen.index_mismatch()) {
    kept_.forget(unused_index);  // it is in use, so its user can lose its locks
    return false;
  }
  if (seen.live()) return seen.locks.user->pid > 0 && kept_.get(indexless_pid) == seen.locks.user->pid;
  // A file that is mounted alone stays visible here after the application's file was deleted.
  if (kept_.get(unused_index) != inode || seen.database_is_mount || seen.shm_is_mount) return false;
  kept_.set(indexless_pid, seen.locks.user->pid);
  return true;
}

std::optional<held_lock> history::lost_locks(const observation& seen) {
  const auto& connection = seen.shm_holders.connection;
  if (seen.wal_mode() && connection && !seen.locks.user && is_same(kept_, used, seen)) {
    kept_.set(lockless_pid, connection->pid);
    if (const auto who = find_living_process(connection->pid))
      kept_.set(lockless_started, static_cast<std::int64_t>(who->start_ticks));
    return connection;
  }
  const auto pid = kept_.get(lockless_pid);
  if (!pid) return std::nullopt;
  const held_lock holder{static_cast<pid_t>(*pid), false};
  const auto who = find_living_process(holder.pid);
  const bool gone =
      holder.pid > 0 && !(who && static_cast<std::int64_t>(who->start_ticks) == kept_.get(lockless_started));
  if (!gone && !seen.locks.user && !connection && seen.wal_mode() && seen.shm.exists) return holder;
  kept_.forget(lockless_pid);
  kept_.forget(lockless_started);
  return std::nullopt;
}

std::optional<finding> history::overwritten(const observation& seen) {
  if (!seen.wal_mode() || !seen.index_ok() || !seen.locks.user) return std::nullopt;
  const auto& index = seen.index.index;
  const auto salt = index.log_id();
  const auto mark = header_mark(seen.header.header);
  const bool copied = index.last_frame > 0 && index.backlog_frames() == 0;
  const bool unchanged = kept_.get(copied_salt) == salt && kept_.get(copied_frames) == index.last_frame;
  if (copied && unchanged && kept_.get(copied_header) && kept_.get(copied_header) != mark)
    return overwritten_in_place(seen);
  if (copied) {
    kept_.set(copied_salt, salt);
    kept_.set(copied_frames, index.last_frame);
    kept_.set(copied_header, mark);
  } else {
    kept_.forget(copied_header);
  }
  return std::nullopt;
}

std::optional<finding> history::still_open(const observation& seen) {
  if (!kept_.get(used.inode) || is_same(kept_, used, seen)) return std::nullopt;
  const auto holder = holder_of_used(kept_, seen);
  if (holder.pid)
    return finding{verdict::fail, reason::replaced,
                   fmt::format("was replaced while in use, and pid {} still has the old file open: its writes do not "
                               "reach the new file",
                               *holder.pid)};
  if (holder.known) forget_used(kept_);
  return std::nullopt;
}

std::optional<finding> history::replaced_in_wal_mode(const observation& seen) {
  if (seen.locks.user) {
    keep_used(kept_, seen, now_);
    kept_.forget(swapped_value);
    return std::nullopt;
  }
  if (seen.live()) return std::nullopt;  // another file of this name is in use, which one observation shows

  const auto before = kept_.get(swapped_value);
  if (!kept_.get(used.inode) || is_same(kept_, used, seen) || (before && *before != use_mark_of(seen))) {
    forget_used(kept_);
    return std::nullopt;
  }
  kept_.set(swapped_value, use_mark_of(seen));
  return finding{verdict::fail, reason::replaced,
                 "was replaced while in use, and no application has opened the new file: it may still write to the "
                 "old one, which is not visible from here"};
}

std::optional<finding> history::replaced_in_rollback_mode(const observation& seen) {
  const bool swapped = kept_.get(seen_last.inode) && !is_same(kept_, seen_last, seen);
  keep(kept_, seen_last, seen);
  if (!swapped) return std::nullopt;
  return finding{verdict::warn, reason::replaced, "is not the same file as in the last run"};
}

std::optional<finding> history::replaced(const observation& seen) {
  if (!seen.database.exists && seen.database.error == ENOENT) {
    if (const auto holder = holder_of_used(kept_, seen); holder.known && !holder.pid) forget_used(kept_);
    if (!kept_.get(used.inode)) return std::nullopt;
    return finding{verdict::fail, reason::replaced,
                   "was deleted after it was last seen in use: an application that still has it open writes to a file "
                   "without a name"};
  }
  // A file that is unreadable or not a database cannot be compared.
  if (!seen.readable() || !seen.fs.network.empty() || seen.header.fault != header_fault::none) return std::nullopt;
  if (auto found = still_open(seen)) return found;
  return seen.wal_mode() ? replaced_in_wal_mode(seen) : replaced_in_rollback_mode(seen);
}

}  // namespace telltale::sqlite
