// F_GETLK over SQLite's lock bytes, with as few system calls as the answer allows.
#include "sqlite/file_locks.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace telltale::sqlite {
namespace {

constexpr off_t pending_byte = 0x40000000;
constexpr off_t reserved_byte = pending_byte + 1;
constexpr off_t shared_first = pending_byte + 2;
constexpr off_t shared_last = shared_first + 509;

constexpr off_t writer_byte = 120;
constexpr off_t checkpointer_byte = 121;
constexpr off_t recoverer_byte = 122;
constexpr off_t first_reader_byte = 123;
constexpr off_t first_log_reader_byte = 124;
constexpr off_t last_reader_byte = 127;
constexpr off_t connection_byte = 128;

/// Both ends included.
struct byte_range {
  off_t first = 0;
  off_t last = 0;

  bool empty() const { return first > last; }
  int size() const { return empty() ? 0 : static_cast<int>(last - first + 1); }
  bool has(off_t byte) const { return first <= byte && byte <= last; }
  byte_range common(byte_range other) const { return {std::max(first, other.first), std::min(last, other.last)}; }
};

struct found_lock {
  byte_range on;  ///< within what was asked for
  held_lock by;
};

/// The first lock that a write lock on the range would run into. The kernel does not ask for a writable descriptor
/// here, as it would for taking the lock.
std::optional<found_lock> lock_within(int fd, byte_range range) {
  struct flock ask {};
  ask.l_type = F_WRLCK;
  ask.l_whence = SEEK_SET;
  ask.l_start = range.first;
  ask.l_len = range.last - range.first + 1;
  if (::fcntl(fd, F_GETLK, &ask) != 0) throw std::system_error(errno, std::generic_category(), "F_GETLK");
  if (ask.l_type == F_UNLCK) return std::nullopt;
  // A length of 0 is a lock without an end.
  const byte_range lock{ask.l_start, ask.l_len == 0 ? range.last : ask.l_start + ask.l_len - 1};
  auto on = range.common(lock);
  // A file system that answers with something else is asked byte by byte.
  if (on.empty()) on = {range.first, range.first};
  return found_lock{on, {std::max<pid_t>(ask.l_pid, 0), ask.l_type == F_WRLCK}};
}

/// Gives `see` a lock for every byte of the range that is locked: the one that asking for this byte alone would find,
/// because the kernel always goes through its list in the same order. That order is by owner and not by place, so
/// behind one lock there may be another on either side.
template <class See>
void each_lock(int fd, byte_range range, See& see) {
  if (range.empty()) return;
  const auto found = lock_within(fd, range);
  if (!found) return;
  see(*found);
  each_lock(fd, {range.first, found->on.first - 1}, see);
  each_lock(fd, {found->on.last + 1, range.last}, see);
}

}  // namespace

database_locks locks_of_database(int fd) {
  database_locks out;
  auto see = [&](const found_lock& lock) {
    if (lock.on.has(pending_byte)) out.pending = lock.by;
    if (lock.on.has(reserved_byte)) out.reserved = lock.by;
    // An EXCLUSIVE lock covers all shared bytes and excludes every other holder: one tells the kind of all.
    if (!out.user && !lock.on.common({shared_first, shared_last}).empty()) out.user = lock.by;
  };
  each_lock(fd, {pending_byte, shared_last}, see);
  return out;
}

database_locks user_of_database(int fd) {
  database_locks out;
  if (const auto lock = lock_within(fd, {shared_first, shared_last})) out.user = lock->by;
  return out;
}

shm_locks locks_of_shm(int fd) {
  shm_locks out;
  auto see = [&](const found_lock& lock) {
    if (lock.on.has(writer_byte)) out.writer = lock.by;
    if (lock.on.has(checkpointer_byte)) out.checkpointer = lock.by;
    if (lock.on.has(recoverer_byte)) out.recoverer = lock.by;
    out.readers += lock.on.common({first_reader_byte, last_reader_byte}).size();
    out.log_readers += lock.on.common({first_log_reader_byte, last_reader_byte}).size();
    if (lock.on.has(connection_byte)) out.connection = lock.by;
  };
  each_lock(fd, {writer_byte, connection_byte}, see);
  return out;
}

}  // namespace telltale::sqlite
