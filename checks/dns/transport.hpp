// The sockets of a query, as c-ares uses them: those of the event loop, or a script in tests.
#pragma once

#include <sys/types.h>

#include <span>

struct iovec;

namespace telltale::dns {

/// Non-blocking sockets to one name server. Failures are -1 with errno, as those of the system calls.
class transport {
 public:
  virtual ~transport() = default;
  /// `type` is SOCK_DGRAM or SOCK_STREAM.
  virtual int open(int type) = 0;
  virtual int connect(int fd) = 0;
  virtual ssize_t send(int fd, std::span<const iovec> bytes) = 0;
  virtual ssize_t receive(int fd, std::span<char> into) = 0;
  virtual void close(int fd) = 0;
  /// The query is to be continued when the socket is readable or writable.
  virtual void watch(int fd, bool readable, bool writable) = 0;
};

}  // namespace telltale::dns
