// Queries SQLite's lock bytes with F_GETLK, with few system calls.
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
  byte_range on;  ///< within the requested range
  held_lock by;
};

/// The first lock that conflicts with a write lock on the range. Unlike F_SETLK, F_GETLK needs no writable descriptor.
std::optional<found_lock> lock_within(int fd, byte_range range) {
  struct flock request {};
  request.l_type = F_WRLCK;
  request.l_whence = SEEK_SET;
  request.l_start = range.first;
  request.l_len = range.last - range.first + 1;
  if (::fcntl(fd, F_GETLK, &request) != 0) throw std::system_error(errno, std::generic_category(), "F_GETLK");
  if (request.l_type == F_UNLCK) return std::nullopt;
  // A length of 0 is a lock without an end.
  const byte_range lock{request.l_start, request.l_len == 0 ? range.last : request.l_start + request.l_len - 1};
  auto on = range.common(lock);
  // When a file system returns a range outside the request, query byte by byte.
  if (on.empty()) on = {range.first, range.first};
  return found_lock{on, {std::max<pid_t>(request.l_pid, 0), request.l_type == F_WRLCK}};
}

/// Calls `visit` for every locked part of the range. For each byte it is the lock that a query for that byte alone
/// would return, because the kernel always searches its list in the same order. That order is by owner and not by
/// offset, so both sides of a found lock are searched.
template <class See>
void for_each_lock(int fd, byte_range range, See& visit) {
  if (range.empty()) return;
  const auto found = lock_within(fd, range);
  if (!found) return;
  visit(*found);
  for_each_lock(fd, {range.first, found->on.first - 1}, visit);
  for_each_lock(fd, {found->on.last + 1, range.last}, visit);
}

}  // namespace

database_locks locks_of_database(int fd) {
  database_locks out;
  auto visit = [&](const found_lock& lock) {
    if (lock.on.has(pending_byte)) out.pending = lock.by;
    if (lock.on.has(reserved_byte)) out.reserved = lock.by;
    // An EXCLUSIVE lock covers all shared bytes and excludes other holders, so the first lock is sufficient.
    if (!out.user && !lock.on.common({shared_first, shared_last}).empty()) out.user = lock.by;
  };
  for_each_lock(fd, {pending_byte, shared_last}, visit);
  return out;
}

database_locks user_of_database(int fd) {
  database_locks out;
  if (const auto lock = lock_within(fd, {shared_first, shared_last})) out.user = lock->by;
  return out;
}

shm_locks locks_of_shm(int fd) {
  shm_locks out;
  auto visit = [&](const found_lock& lock) {
    if (lock.on.has(writer_byte)) out.writer = lock.by;
    if (lock.on.has(checkpointer_byte)) out.checkpointer = lock.by;
    if (lock.on.has(recoverer_byte)) out.recoverer = lock.by;
    out.readers += lock.on.common({first_reader_byte, last_reader_byte}).size();
    out.log_readers += lock.on.common({first_log_reader_byte, last_reader_byte}).size();
    if (lock.on.has(connection_byte)) out.connection = lock.by;
  };
  for_each_lock(fd, {writer_byte, connection_byte}, visit);
  return out;
}

}  // namespace telltale::sqlite
