// Describes how a process ended.
#pragma once

#include <string>

namespace telltale {

struct exit_status {
  int code = 0;  ///< meaningful when `signal` is 0
  int signal = 0;
  bool known = true;  ///< false when another part of the process collected the child

  /// "died of SIGBUS", "was killed by SIGKILL (out of memory?)", "ended with exit code 3".
  std::string describe() const;
  /// Of a child of `start_child` that could not execute its program: the error, e.g. "No such file or directory". Empty
  /// for any other exit.
  std::string start_error() const;
};

}  // namespace telltale
