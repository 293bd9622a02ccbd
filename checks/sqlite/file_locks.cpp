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
constexpr off_t shared_size = 510;

constexpr off_t writer_byte = 120;
constexpr off_t checkpointer_byte = 121;
constexpr off_t recoverer_byte = 122;
constexpr off_t first_reader_byte = 123;
constexpr int reader_bytes = 5;
constexpr off_t connection_byte = 128;

/// The first lock that a write lock on the range would run into. The kernel does not ask for a writable descriptor
/// here, as it would for taking the lock.
std::optional<held_lock> holder_of(int fd, off_t start, off_t length) {
  struct flock ask {};
  ask.l_type = F_WRLCK;
  ask.l_whence = SEEK_SET;
  ask.l_start = start;
  ask.l_len = length;
  if (::fcntl(fd, F_GETLK, &ask) != 0) throw std::system_error(errno, std::generic_category(), "F_GETLK");
  if (ask.l_type == F_UNLCK) return std::nullopt;
  return held_lock{std::max<pid_t>(ask.l_pid, 0), ask.l_type == F_WRLCK};
}

}  // namespace

database_locks locks_of_database(int fd) {
  // One question for the common case: nobody has it open. An EXCLUSIVE lock covers all shared bytes and excludes every
  // other holder, so the first lock found tells the kind of all.
  if (!holder_of(fd, pending_byte, shared_first + shared_size - pending_byte)) return {};
  return {holder_of(fd, shared_first, shared_size), holder_of(fd, reserved_byte, 1), holder_of(fd, pending_byte, 1)};
}

shm_locks locks_of_shm(int fd) {
  shm_locks out;
  out.connection = holder_of(fd, connection_byte, 1);
  if (!holder_of(fd, writer_byte, connection_byte - writer_byte)) return out;
  out.writer = holder_of(fd, writer_byte, 1);
  out.checkpointer = holder_of(fd, checkpointer_byte, 1);
  out.recoverer = holder_of(fd, recoverer_byte, 1);
  for (int i = 0; i < reader_bytes; ++i) out.readers += holder_of(fd, first_reader_byte + i, 1) ? 1 : 0;
  return out;
}

}  // namespace telltale::sqlite
