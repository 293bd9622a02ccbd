// open(2), fstat(2) and a bounded read, with a sentence for each way it goes wrong.
#include "config/config_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "api/open_error.hpp"

namespace telltale {
namespace {

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

config_file failed(std::string error, bool missing = false) { return {{}, std::move(error), missing}; }

config_file too_large() { return failed(fmt::format("larger than {} - is this the right file?", max_config_words)); }

config_file open_failed(int error) {
  if (error == ENOENT || error == ENOTDIR) return failed("no such file", true);
  if (error == ENXIO) return failed("a socket or device without a peer, not a regular file");
  return failed(open_error(error));
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory - name a file in it";
  if (S_ISFIFO(mode)) return "a FIFO - use '-c -' to read from a pipe";
  if (S_ISCHR(mode)) return "a character device - use '-c -' to read standard input";
  if (S_ISBLK(mode)) return "a block device";
  return "not a regular file";
}

}  // namespace

config_file read_config_stream(int fd) {
  std::string text;
  char chunk[16 * 1024];
  for (;;) {
    const auto n = ::read(fd, chunk, sizeof chunk);
    if (n == 0) return {std::move(text), {}, false};
    if (n > 0) {
      text.append(chunk, static_cast<std::size_t>(n));
      if (text.size() > max_config_bytes) return too_large();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {  // somebody left standard input in non-blocking mode
      pollfd readable{fd, POLLIN, 0};
      ::poll(&readable, 1, -1);
    } else if (errno != EINTR) {
      return failed(fmt::format("cannot be read: {}", std::generic_category().message(errno)));
    }
  }
}

config_file read_config_file(const std::string& path) {
  if (path == "-") return read_config_stream(STDIN_FILENO);
  // O_NONBLOCK: opening a FIFO without a writer would otherwise hang for ever.
  const descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file.get() < 0) return open_failed(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    return failed(fmt::format("cannot be examined: {}", std::generic_category().message(errno)));
  if (!S_ISREG(status.st_mode)) return failed(kind_of(status.st_mode));
  if (status.st_size > static_cast<off_t>(max_config_bytes)) return too_large();
  return read_config_stream(file.get());
}

}  // namespace telltale
