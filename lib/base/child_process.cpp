// Starts children with clone(2); only async-signal-safe calls run before `body`.
#include "base/child_process.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <csignal>

namespace telltale {
namespace {

// A sanitizer reports to standard error; other output of a child has no reader.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int last_null = STDOUT_FILENO;
#else
constexpr int last_null = STDERR_FILENO;
#endif

constexpr std::size_t most_given = 4;

[[noreturn]] void give_up() { ::_exit(child_failed + errno); }

void forget_signal_handlers() {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);  // refused for a few
}

void arrange_descriptors(std::span<const int> given) {
  const int end = first_given + static_cast<int>(given.size());
  std::array<int, most_given> moved{};
  // Move all of them first: one may have the target number of another.
  for (std::size_t i = 0; i < given.size(); ++i)
    if ((moved[i] = ::fcntl(given[i], F_DUPFD, end)) < 0) give_up();
  for (std::size_t i = 0; i < given.size(); ++i)
    if (::dup2(moved[i], first_given + static_cast<int>(i)) < 0) give_up();
  for (int fd = STDIN_FILENO; fd <= last_null; ++fd) {
    const int null = ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    if (null < 0 || (null != fd && ::dup2(null, fd) < 0)) give_up();
    if (null >= end) ::close(null);
  }
  ::closefrom(end);
}

[[noreturn]] void become_child(std::span<const int> given, const std::function<int()>& body) noexcept {
  ::setpgid(0, 0);
  forget_signal_handlers();
  arrange_descriptors(given);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::_exit(body());
}

/// No signal may reach the program's handlers in the new process before they are reset.
class all_signals_blocked {
 public:
  all_signals_blocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before_);
  }
  ~all_signals_blocked() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  all_signals_blocked(const all_signals_blocked&) = delete;
  all_signals_blocked& operator=(const all_signals_blocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

child_process start_child(std::span<const int> given, const std::function<int()>& body, std::error_code& ec) {
  assert(given.size() <= most_given);
  ec.clear();
  int pidfd = -1;
  const all_signals_blocked here;
  // Like fork, but returns the pidfd as well, so there is never a child without one. Not clone3, which the seccomp
  // profiles of older container engines refuse.
  const auto pid = ::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
  if (pid == 0) become_child(given, body);
  if (pid < 0) ec.assign(errno, std::generic_category());
  return {static_cast<pid_t>(pid), descriptor(pidfd)};
}

// Not from <sys/pidfd.h>, which lacks extern "C" in glibc 2.36.
void kill_child(int pidfd) { ::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0); }

}  // namespace telltale
