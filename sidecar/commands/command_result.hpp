// What a command that only prints has to say.
#pragma once

#include <string>

namespace telltale {

struct command_result {
  int exit_code = 0;
  std::string out;  ///< for standard output
  std::string err;  ///< for standard error
};

}  // namespace telltale
