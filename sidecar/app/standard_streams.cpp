// /dev/null on each free number, in ascending order, because open takes the lowest.
#include "app/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace telltale {

void occupy_closed_streams() {
  // Input and output the wrong way round: an error must stay one. Log lines without a reader are nobody's error.
  constexpr std::array modes{O_WRONLY, O_RDONLY, O_WRONLY};
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF)
      static_cast<void>(::open("/dev/null", modes[static_cast<unsigned>(stream)] | O_CLOEXEC));
}

}  // namespace telltale
