// Tests closed standard streams in a child process.
#include "app/standard_streams.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include <doctest/doctest.h>

using namespace telltale;

namespace {

/// Runs the test in a fork, so that doctest keeps its streams.
bool in_child(const std::function<bool()>& question) {
  const auto child = ::fork();
  if (child == 0) ::_exit(question() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool is_null_device(int fd) {
  struct stat found {};
  return ::fstat(fd, &found) == 0 && S_ISCHR(found.st_mode) && found.st_rdev == ::makedev(1, 3);
}

}  // namespace

TEST_CASE("standard_streams: later descriptors do not get their numbers") {
  CHECK(in_child([] {
    for (int stream : {0, 1, 2}) ::close(stream);
    open_closed_standard_streams();
    return ::open("/", O_RDONLY) > STDERR_FILENO;
  }));
  CHECK(in_child([] {
    ::close(STDERR_FILENO);
    open_closed_standard_streams();
    return is_null_device(STDERR_FILENO);
  }));
}

TEST_CASE("standard_streams: reading and printing still fail, and logging does not") {
  CHECK(in_child([] {
    for (int stream : {0, 1, 2}) ::close(stream);
    open_closed_standard_streams();
    char byte = 'x';
    return ::read(STDIN_FILENO, &byte, 1) == -1 && ::write(STDOUT_FILENO, &byte, 1) == -1 &&
           ::write(STDERR_FILENO, &byte, 1) == 1;
  }));
}

TEST_CASE("standard_streams: a child process finds them closed") {
  CHECK(in_child([] {
    ::close(STDOUT_FILENO);
    open_closed_standard_streams();
    return ::fcntl(STDOUT_FILENO, F_GETFD) == FD_CLOEXEC;
  }));
}

TEST_CASE("standard_streams: open streams are not changed") {
  CHECK(in_child([] {
    int ends[2];
    if (::pipe(ends) != 0 || ::dup2(ends[1], STDOUT_FILENO) < 0) return false;
    open_closed_standard_streams();
    struct stat found {};
    return ::fstat(STDOUT_FILENO, &found) == 0 && S_ISFIFO(found.st_mode);
  }));
}
