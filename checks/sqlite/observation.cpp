// Reads a database's files in an order that makes races with a writer detectable.
#include "sqlite/observation.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/small_file.hpp"
#include "sqlite/encrypted.hpp"
#include "sqlite/lock_table.hpp"

namespace telltale::sqlite {
namespace {

template <std::size_t size>
byte_view read_start(int fd, std::array<std::byte, size>& into, int& error) {
  ssize_t got = 0;
  do got = ::pread(fd, into.data(), into.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) error = errno;
  return byte_view(into).first(got < 0 ? 0 : static_cast<std::size_t>(got));
}

void observe_shm(observation& out) {
  auto shm = stat_and_open(out.path + "-shm");
  out.shm = shm.state;
  if (!shm.file) return;
  out.shm_holders = locks_of_shm(shm.file.get());
  std::array<std::byte, wal_index_header_bytes> start;
  out.index = parse_wal_index(read_start(shm.file.get(), start, out.shm.error));
}

void observe_wal(observation& out) {
  auto wal = stat_and_open(out.path + "-wal");
  out.wal = wal.state;
  if (!wal.file) return;
  std::array<std::byte, wal_header_bytes> start;
  out.wal_start = parse_wal_header(read_start(wal.file.get(), start, out.wal.error));
}

void observe_journal(observation& out) {
  // SQLite checks only the first byte of a rollback journal's magic (fileformat2.html, section 3).
  auto journal = stat_and_open(out.path + "-journal");
  out.journal_bytes = journal.state.facts.size;
  out.journal_error = journal.state.error;
  if (!journal.file || journal.state.facts.size == 0) return;
  std::array<std::byte, 1> start{};
  out.journal_has_header =
      !read_start(journal.file.get(), start, out.journal_error).empty() && start[0] != std::byte{0};
}

/// Whether the file itself is a mount point; false before Linux 5.8, which does not report it.
bool is_mount(const std::string& path) {
  struct statx info {};
  return ::statx(AT_FDCWD, path.c_str(), 0, 0, &info) == 0 && (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/// Every connection locks the database and then the -shm, so both usually have the same first holder.
bool uses_other_index(const observation& seen) {
  const auto& user = seen.locks.user;
  const auto& connection = seen.shm_holders.connection;
  if (!user || !connection || user->pid <= 0 || connection->pid <= 0 || user->pid == connection->pid) return false;
  const auto table = kernel_text("/proc/locks");
  const auto inode = seen.shm.facts.inode;
  return holds_lock(table, connection->pid, inode) && !holds_lock(table, user->pid, inode);
}

void observe_index_mismatch(observation& out) {
  if (!out.wal_mode()) return;
  out.user_lacks_index_lock = uses_other_index(out);
  if (!out.index_mismatch()) return;
  out.database_is_mount = is_mount(out.path);
  out.shm_is_mount = is_mount(out.path + "-shm");
}

}  // namespace

std::optional<held_lock> observation::writer() const {
  if (wal_mode()) return shm_holders.writer;
  if (held_exclusively()) return std::nullopt;
  if (locks.exclusive()) return locks.user;
  if (locks.reserved) return locks.reserved;
  // Every reader briefly takes a read lock on the pending byte.
  return locks.pending && locks.pending->exclusive ? locks.pending : std::nullopt;
}

observation observe(const std::string& path, bool encrypted) {
  observation out;
  out.path = path;
  auto database = stat_and_open_target(out.path);
  out.database = database.state;
  if (database.file) {
    struct statfs where {};
    if (::fstatfs(database.file.get(), &where) == 0)
      out.fs = describe_file_system(
          where, out.database.facts.device,
          {[] { return kernel_text("/proc/self/mountinfo"); }, [] { return kernel_text("/proc/self/uid_map"); }});
    else out.database.error = errno;
    if (!out.fs.network.empty()) return out;
  }
  // The index is read before the log, and the log before the database: later files then contain what the index names.
  observe_shm(out);
  observe_wal(out);
  if (!database.file) return out;

  std::array<std::byte, database_header_bytes> start;
  const auto bytes = read_start(database.file.get(), start, out.database.error);
  out.header = encrypted ? parse_encrypted_header(bytes) : parse_database_header(bytes);
  update_facts(database.file.get(), out.database);
  observe_journal(out);
  complete_header(out);
  const bool may_be_written = !out.wal_mode() || out.journal_has_header;
  out.locks = may_be_written ? locks_of_database(database.file.get()) : user_of_database(database.file.get());
  observe_index_mismatch(out);
  return out;
}

}  // namespace telltale::sqlite
