// A preload for tests: fails the Nth call of one kind, counted over the program and all its workers together.
//   TELLTALE_FAULT_CALL   open, pread, socket, accept, epoll_ctl, clone, write or send
//   TELLTALE_FAULT_AT     N, from 1;  TELLTALE_FAULT_COUNT  how many calls fail from there (1)
//   TELLTALE_FAULT_ERRNO  what they fail with
//   TELLTALE_FAULT_STATE  a file of three 64-bit numbers: calls so far, calls that failed, process of the first of them
// Affects only calls through the dynamic linker, not the C library's internal ones.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

struct shared_state {
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> failed;
  std::atomic<std::uint64_t> process;
};

struct fault {
  std::string_view call;
  std::uint64_t from = 0;
  std::uint64_t count = 1;
  int error = 0;
  shared_state* state = nullptr;
};

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

fault read_fault() {
  fault out;
  const char* call = std::getenv("TELLTALE_FAULT_CALL");
  const char* path = std::getenv("TELLTALE_FAULT_STATE");
  if (call == nullptr || path == nullptr) return out;
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
  if (fd < 0) return out;
  void* mapped = ::mmap(nullptr, sizeof(shared_state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (mapped == MAP_FAILED) return out;
  out.call = call;
  out.from = number("TELLTALE_FAULT_AT", 1);
  out.count = number("TELLTALE_FAULT_COUNT", 1);
  out.error = static_cast<int>(number("TELLTALE_FAULT_ERRNO", EIO));
  out.state = static_cast<shared_state*>(mapped);
  return out;
}

/// Not a static variable, because the program's initialisers may call before those of this library have run.
const fault& wanted() {
  static const fault read = read_fault();
  return read;
}

bool fails(std::string_view call) {
  const auto& it = wanted();
  if (it.state == nullptr || it.call != call) return false;
  const auto nth = ++it.state->calls;
  if (nth < it.from || nth >= it.from + it.count) return false;
  if (it.state->failed++ == 0) it.state->process = static_cast<std::uint64_t>(::getpid());
  errno = it.error;
  return true;
}

/// The mode argument is present only when a file may be created.
mode_t mode_of(int flags, va_list more) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0;
}

}  // namespace

// The signatures are those of the C library. Its inline wrappers do not apply, because this file is not optimised.
#define READ_MODE(flags)                  \
  va_list more;                           \
  va_start(more, flags);                  \
  const auto mode = mode_of(flags, more); \
  va_end(more)

extern "C" {

int open(const char* path, int flags, ...) {
  READ_MODE(flags);
  static const auto next = real<int(const char*, int, ...)>("open");
  return fails("open") ? -1 : next(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  READ_MODE(flags);
  static const auto next = real<int(const char*, int, ...)>("open64");
  return fails("open") ? -1 : next(path, flags, mode);
}
int openat(int at, const char* path, int flags, ...) {
  READ_MODE(flags);
  static const auto next = real<int(int, const char*, int, ...)>("openat");
  return fails("open") ? -1 : next(at, path, flags, mode);
}
FILE* fopen(const char* path, const char* how) {
  static const auto next = real<FILE*(const char*, const char*)>("fopen");
  return fails("open") ? nullptr : next(path, how);
}
FILE* fopen64(const char* path, const char* how) {
  static const auto next = real<FILE*(const char*, const char*)>("fopen64");
  return fails("open") ? nullptr : next(path, how);
}
DIR* opendir(const char* path) {
  static const auto next = real<DIR*(const char*)>("opendir");
  return fails("open") ? nullptr : next(path);
}

ssize_t pread(int fd, void* into, size_t size, off_t at) {
  static const auto next = real<ssize_t(int, void*, size_t, off_t)>("pread");
  return fails("pread") ? -1 : next(fd, into, size, at);
}
ssize_t pread64(int fd, void* into, size_t size, off64_t at) {
  static const auto next = real<ssize_t(int, void*, size_t, off64_t)>("pread64");
  return fails("pread") ? -1 : next(fd, into, size, at);
}

int socket(int domain, int type, int protocol) noexcept {
  static const auto next = real<int(int, int, int)>("socket");
  return fails("socket") ? -1 : next(domain, type, protocol);
}
int socketpair(int domain, int type, int protocol, int pair[2]) noexcept {
  static const auto next = real<int(int, int, int, int*)>("socketpair");
  return fails("socket") ? -1 : next(domain, type, protocol, pair);
}
int accept(int fd, sockaddr* peer, socklen_t* size) {
  static const auto next = real<int(int, sockaddr*, socklen_t*)>("accept");
  return fails("accept") ? -1 : next(fd, peer, size);
}
int accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
  static const auto next = real<int(int, sockaddr*, socklen_t*, int)>("accept4");
  return fails("accept") ? -1 : next(fd, peer, size, flags);
}
int epoll_ctl(int fd, int what, int on, epoll_event* event) noexcept {
  static const auto next = real<int(int, int, int, epoll_event*)>("epoll_ctl");
  return fails("epoll_ctl") ? -1 : next(fd, what, on, event);
}

/// How the program starts child processes.
long syscall(long which, ...) noexcept {
  static const auto next = real<long(long, ...)>("syscall");
  if (which == SYS_clone && fails("clone")) return -1;
  va_list more;
  va_start(more, which);
  long argument[6];
  for (auto& each : argument) each = va_arg(more, long);
  va_end(more);
  return next(which, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto next = real<ssize_t(int, const void*, size_t)>("write");
  return fails("write") ? -1 : next(fd, bytes, size);
}
ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto next = real<ssize_t(int, const iovec*, int)>("writev");
  return fails("write") ? -1 : next(fd, parts, count);
}
ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  static const auto next = real<ssize_t(int, const void*, size_t, int)>("send");
  return fails("send") ? -1 : next(fd, bytes, size, flags);
}
ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t length) {
  static const auto next = real<ssize_t(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
  return fails("send") ? -1 : next(fd, bytes, size, flags, to, length);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static const auto next = real<ssize_t(int, const msghdr*, int)>("sendmsg");
  return fails("send") ? -1 : next(fd, message, flags);
}

}  // extern "C"
