// Opens /dev/null on each closed standard descriptor in ascending order, because open uses the lowest.
#include "app/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace telltale {

void open_closed_standard_streams() {
  // The modes are reversed, so that reading input and writing results fail. Log lines without a reader are discarded.
  constexpr std::array modes{O_WRONLY, O_RDONLY, O_WRONLY};
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF)
      static_cast<void>(::open("/dev/null", modes[static_cast<unsigned>(stream)] | O_CLOEXEC));
}

}  // namespace telltale
