// posix_spawn: no code of ours runs between fork and exec, and nothing is copied.
#include "worker/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>

#include "worker/worker_main.hpp"

namespace telltale {
namespace {

// A sanitizer's report goes to standard error; everything else a worker might print has no reader.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keep_stderr = true;
#else
constexpr bool keep_stderr = false;
#endif

class file_actions {
 public:
  file_actions() { error_ = ::posix_spawn_file_actions_init(&actions_); }
  ~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  file_actions(const file_actions&) = delete;
  file_actions& operator=(const file_actions&) = delete;

  // The socket first: it may itself be one of the numbers that /dev/null is opened on.
  int prepare(int socket) {
    note(::posix_spawn_file_actions_adddup2(&actions_, socket, worker_socket));
    for (int fd = STDIN_FILENO; fd <= (keep_stderr ? STDOUT_FILENO : STDERR_FILENO); ++fd)
      note(::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0));
    note(::posix_spawn_file_actions_addclosefrom_np(&actions_, worker_socket + 1));
    return error_;
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  void note(int error) {
    if (error_ == 0) error_ = error;
  }
  posix_spawn_file_actions_t actions_;
  int error_ = 0;
};

class attributes {
 public:
  attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~attributes() { ::posix_spawnattr_destroy(&attributes_); }
  attributes(const attributes&) = delete;
  attributes& operator=(const attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

pid_t spawn_worker(const std::string& program, int socket, std::error_code& ec) {
  ec.clear();
  file_actions actions;
  const attributes attributes;
  char name[] = "telltale";
  char command[] = "worker";
  char* const argv[] = {name, command, nullptr};
  pid_t pid = -1;
  int error = actions.prepare(socket);
  if (error == 0) error = ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(), argv, ::environ);
  if (error != 0) ec.assign(error, std::generic_category());
  return error == 0 ? pid : -1;
}

}  // namespace telltale
