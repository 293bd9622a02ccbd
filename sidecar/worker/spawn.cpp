// Starts processes with clone and execve, with only async-signal-safe calls between them.
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

// A sanitizer writes its report to standard error. Other output of a worker is discarded.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int last_null = STDOUT_FILENO;
#else
constexpr int last_null = STDERR_FILENO;
#endif

/// Exit codes from here on encode an errno; exit codes of the worker itself are smaller.
constexpr int failed_with = 128;

[[noreturn]] void on_grace_expired() { ::_exit(failed_with + errno); }

void forget_signal_handlers() {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &plain, nullptr);  // fails for a few signals
}

void arrange_descriptors(worker_descriptors given) {
  // Moves the descriptors above the target numbers first, because they may occupy each other's targets.
  constexpr int highest = worker_result_buffer;
  for (int* fd : {&given.socket, &given.deadline_timer, &given.result_buffer})
    if ((*fd = ::fcntl(*fd, F_DUPFD, highest + 1)) < 0) on_grace_expired();
  if (::dup2(given.socket, worker_socket) < 0 || ::dup2(given.deadline_timer, worker_deadline_timer) < 0 ||
      ::dup2(given.result_buffer, worker_result_buffer) < 0)
    on_grace_expired();
  for (int fd = STDIN_FILENO; fd <= last_null; ++fd) {
    const int null = ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    if (null < 0 || (null != fd && ::dup2(null, fd) < 0)) on_grace_expired();
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
  on_grace_expired();
}

/// Blocks signals until the new process has reset the program's handlers.
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
  // Creates the pidfd with the process, so no child exists without one. clone3 would be blocked by the seccomp profiles
  // of older container engines.
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
