// clone and exec; between them only async-signal-safe calls.
#include "worker/spawn.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "worker/worker_main.hpp"

namespace telltale {
namespace {

// A sanitizer's report goes to standard error; everything else a worker might print has no reader.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int last_null = STDOUT_FILENO;
#else
constexpr int last_null = STDERR_FILENO;
#endif

/// Exit codes from here on are an errno; a worker's own are small.
constexpr int failed_with = 128;

[[noreturn]] void give_up() { ::_exit(failed_with + errno); }

void forget_signal_handlers() {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);  // refused for a few
}

void arrange_descriptors(worker_descriptors given) {
  // Out of the way first: they may have one of the numbers that others are to have.
  constexpr int highest = worker_ledger;
  for (int* fd : {&given.socket, &given.watch, &given.ledger})
    if ((*fd = ::fcntl(*fd, F_DUPFD, highest + 1)) < 0) give_up();
  if (::dup2(given.socket, worker_socket) < 0 || ::dup2(given.watch, worker_watch) < 0 ||
      ::dup2(given.ledger, worker_ledger) < 0)
    give_up();
  for (int fd = STDIN_FILENO; fd <= last_null; ++fd) {
    const int null = ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    if (null < 0 || (null != fd && ::dup2(null, fd) < 0)) give_up();
    if (null > highest) ::close(null);
  }
  ::closefrom(highest + 1);
}

[[noreturn]] void become(const char* program, const worker_descriptors& given) {
  char name[] = "telltale";
  char command[] = "worker";
  char* const argv[] = {name, command, nullptr};
  ::setpgid(0, 0);
  forget_signal_handlers();
  arrange_descriptors(given);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(program, argv, ::environ);
  give_up();
}

/// No signal may reach the program's handlers in the new process before it has forgotten them.
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

spawned spawn_worker(const std::string& program, const worker_descriptors& given, std::error_code& ec) {
  ec.clear();
  spawned out;
  const all_signals_blocked here;
  // A fork that gives the pidfd with it: nobody has to wait for a child that cannot be followed. Not clone3, which the
  // seccomp profiles of older container engines refuse.
  const auto pid = ::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &out.pidfd, nullptr, nullptr);
  if (pid == 0) become(program.c_str(), given);
  if (pid < 0) ec.assign(errno, std::generic_category());
  out.pid = static_cast<pid_t>(pid);
  return out;
}

std::optional<std::string> why_not_started(const exit_status& status) {
  if (!status.known || status.signal != 0 || status.code <= failed_with) return std::nullopt;
  return ::strerror(status.code - failed_with);
}

}  // namespace telltale
