// A process that holds locks on bytes of a file, as SQLite does at times when a test cannot stop it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::testing {

struct span {
  off_t first = 0;
  off_t length = 1;
  short kind = F_RDLCK;
};

inline struct flock asking(const span& what) {
  struct flock out {};
  out.l_type = what.kind;
  out.l_whence = SEEK_SET;
  out.l_start = what.first;
  out.l_len = what.length;
  return out;
}

/// A process that holds those of these locks that are free, until this object is destroyed.
class lock_owner {
 public:
  lock_owner(const std::string& path, const std::vector<span>& wanted) {
    int ready[2];
    REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
      for (const auto& one : wanted) {
        auto lock = asking(one);
        ::fcntl(fd, F_SETLK, &lock);
      }
      if (::write(ready[1], "r", 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    char byte = 0;
    ::close(ready[1]);
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  lock_owner(lock_owner&& other) noexcept : child_(std::exchange(other.child_, 0)) {}
  lock_owner& operator=(lock_owner&&) = delete;
  ~lock_owner() {
    if (child_ == 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  pid_t pid() const { return child_; }

 private:
  pid_t child_ = 0;
};

}  // namespace telltale::testing
