// Reads small files with open(2), fstat(2) and a bounded read(2).
#include "base/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace telltale {

int read_up_to(int fd, std::size_t largest, std::size_t expected, std::string& out) {
  // Reading one byte more than st_size detects the end of the file in the same call. Files of /proc have size 0 and are
  // consistent only within one call.
  constexpr std::size_t usual = 16 * 1024;
  out.resize(std::min(largest, std::max(expected, usual)) + 1);
  std::size_t filled = 0;
  for (;;) {
    if (filled == out.size()) {
      if (filled > largest) return 0;
      out.resize(std::min(largest + 1, 2 * filled));
    }
    const auto n = ::read(fd, out.data() + filled, out.size() - filled);
    if (n > 0) filled += static_cast<std::size_t>(n);
    if (n == 0 || (n < 0 && errno != EINTR)) {
      const int error = n < 0 ? errno : 0;
      out.resize(filled);
      return error;
    }
  }
}

namespace {

descriptor open_with(const std::string& path, int more) {
  return descriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | more));
}

}  // namespace

descriptor open_for_reading(const std::string& path) { return open_with(path, 0); }

descriptor open_quietly(const std::string& path, uid_t owner) {
  // If the user changes later, the only cost is one more attempt.
  static const auto user = ::geteuid();
  if (user != owner && user != 0) return open_with(path, 0);
  auto file = open_with(path, O_NOATIME);
  // A container's root may lack CAP_FOWNER: then O_NOATIME is not permitted although reading is.
  return file || errno != EPERM ? std::move(file) : open_with(path, 0);
}

std::string_view file_kind(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode)) return "a character device";
  return S_ISBLK(mode) ? "a block device" : "a regular file";
}

small_file read_small_file(const std::string& path, std::size_t largest) {
  small_file out;
  out.largest = largest;
  const auto refused = [&](small_file::fault what, int error = 0) {
    out.text.clear();
    out.what = what;
    out.error = error;
    return out;
  };
  const auto file = open_for_reading(path);
  if (!file) return refused(small_file::fault::open, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return refused(small_file::fault::stat, errno);
  out.mode = info.st_mode;
  if (!S_ISREG(info.st_mode)) return refused(small_file::fault::not_regular);
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > largest) return refused(small_file::fault::too_large);
  if (const int error = read_up_to(file.get(), largest, size, out.text); error != 0)
    return refused(small_file::fault::read, error);
  if (out.text.size() > largest) return refused(small_file::fault::too_large);
  return out;
}

std::string kernel_text(const std::string& path) { return read_small_file(path, 4 << 20).text; }

}  // namespace telltale
