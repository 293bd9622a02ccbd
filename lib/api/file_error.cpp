// Explains the two most common errors with their fix, and others with the system's text.
#include "api/file_error.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale {

std::string open_error(int error) {
  if (error == ENOENT || error == ENOTDIR) return "no such file - mount it or correct the path";
  if (error == EACCES || error == EPERM)
    return fmt::format("permission denied for user {} - make the file readable for it", ::geteuid());
  return fmt::format("cannot be opened: {}", std::generic_category().message(error));
}

std::string file_error(const small_file& file) {
  switch (file.what) {
    case small_file::fault::open:
      return open_error(file.error);
    case small_file::fault::not_regular:
      return "not a regular file";
    case small_file::fault::too_large:
      return "larger than " + to_text(bytes{file.largest});
    case small_file::fault::none:
    case small_file::fault::stat:
    case small_file::fault::read:
      break;
  }
  return fmt::format("cannot be read: {}", std::generic_category().message(file.error));
}

}  // namespace telltale
