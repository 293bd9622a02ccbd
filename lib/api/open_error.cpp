// The two usual errors with their mend, the others in the words of the system.
#include "api/open_error.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace telltale {

std::string open_error(int error) {
  if (error == ENOENT || error == ENOTDIR) return "no such file - mount it or correct the path";
  if (error == EACCES || error == EPERM)
    return fmt::format("permission denied for user {} - make the file readable for it", ::geteuid());
  return fmt::format("cannot be opened: {}", std::generic_category().message(error));
}

}  // namespace telltale
