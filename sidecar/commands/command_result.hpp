// The output and exit code of a command that only prints.
#pragma once

#include <string>

namespace telltale {

struct command_result {
  int exit_code = 0;
  std::string out;  ///< written to standard output
  std::string err;  ///< written to standard error
};

}  // namespace telltale
