// Reads a file or a stream and describes errors in a sentence.
#include "config/config_file.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "api/file_error.hpp"
#include "base/small_file.hpp"

namespace telltale {
namespace {

config_file failed(std::string error, bool missing = false) { return {{}, std::move(error), missing}; }

config_file unreadable(int error) {
  return failed(fmt::format("cannot be read: {}", std::generic_category().message(error)));
}

config_file too_large() { return failed(fmt::format("larger than {} - is this the right file?", max_config_words)); }

config_file open_failed(int error) {
  if (error == ENOENT || error == ENOTDIR) return failed("no such file", true);
  if (error == ENXIO) return failed("a socket or device without a peer, not a regular file");
  return failed(open_error(error));
}

const char* advice_for(mode_t mode) {
  if (S_ISDIR(mode)) return " - name a file in it";
  if (S_ISFIFO(mode)) return " - use '-c -' to read from a pipe";
  return S_ISCHR(mode) ? " - use '-c -' to read standard input" : "";
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
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {  // standard input may be in non-blocking mode
      pollfd readable{fd, POLLIN, 0};
      ::poll(&readable, 1, -1);
    } else if (errno != EINTR) {
      return unreadable(errno);
    }
  }
}

config_file read_config_file(const std::string& path) {
  if (path == "-") return read_config_stream(STDIN_FILENO);
  auto file = read_small_file(path, max_config_bytes);
  switch (file.what) {
    case small_file::fault::none:
      return {std::move(file.text), {}, false};
    case small_file::fault::open:
      return open_failed(file.error);
    case small_file::fault::not_regular:
      return failed(fmt::format("{}{}", file_kind(file.mode), advice_for(file.mode)));
    case small_file::fault::too_large:
      return too_large();
    case small_file::fault::stat:
    case small_file::fault::read:
      break;
  }
  return unreadable(file.error);
}

}  // namespace telltale
