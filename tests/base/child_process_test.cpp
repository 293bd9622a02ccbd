// Tests child processes that inherit only the given descriptors.
#include "base/child_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

using namespace telltale;

namespace {

/// Its exit code, or 1000 plus the signal that ended it.
int end_of(const child_process& child) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED) == 0);
  return info.si_code == CLD_EXITED ? info.si_status : 1000 + info.si_status;
}

int end_of(std::span<const int> given, const std::function<int()>& body) {
  std::error_code ec;
  const auto child = start_child(given, body, ec);
  REQUIRE(ec.value() == 0);
  return end_of(child);
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

bool has_default_signals() {
  sigset_t blocked;
  struct sigaction now {};
  return ::sigprocmask(SIG_BLOCK, nullptr, &blocked) == 0 && ::sigismember(&blocked, SIGUSR1) == 0 &&
         ::sigaction(SIGUSR2, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
}

}  // namespace

TEST_CASE("child_process: the exit code is the result of the body") {
  CHECK(end_of({}, [] { return 7; }) == 7);
  CHECK(end_of({}, [] { return std::raise(SIGKILL); }) == 1000 + SIGKILL);
}

TEST_CASE("child_process: has the given descriptors, in their order, and no other") {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);  // without close-on-exec
  const std::array swapped{pipe[1], pipe[0]};
  CHECK(end_of(swapped, [] {
          char c = 'x';
          const bool passes = ::write(3, &c, 1) == 1 && ::read(4, &c, 1) == 1;
          for (int fd = 0; fd < 3; ++fd)
            if (!is_open(fd)) return 10 + fd;
          for (int fd = 5; fd < 100; ++fd)
            if (is_open(fd)) return fd;
          return passes ? 0 : 1;
        }) == 0);
  for (const int fd : pipe) ::close(fd);
}

TEST_CASE("child_process: has its own process group, and no signal is blocked, ignored or handled") {
  sigset_t some;
  sigset_t before;
  ::sigemptyset(&some);
  ::sigaddset(&some, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &some, &before);
  const auto handler = std::signal(SIGUSR2, SIG_IGN);
  CHECK(end_of({}, [] { return ::getpgrp() == ::getpid() && has_default_signals() ? 0 : 1; }) == 0);
  std::signal(SIGUSR2, handler);
  sigset_t now;
  ::sigprocmask(SIG_SETMASK, &before, &now);
  CHECK(::sigismember(&now, SIGTERM) == 0);  // blocked only during the start
}

TEST_CASE("child_process: an error in the child is its exit code") {
  CHECK(end_of(std::array{-1}, [] { return 0; }) == child_failed + EBADF);
}

TEST_CASE("child_process: is killed through its pidfd") {
  std::error_code ec;
  const auto child = start_child(
      {}, [] { return ::pause(); }, ec);
  REQUIRE(ec.value() == 0);
  kill_child(child.pidfd.get());
  CHECK(end_of(child) == 1000 + SIGKILL);
}
