#include "worker/exit_status.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace telltale;

TEST_CASE("exit status: describes how a process ended") {
  CHECK(exit_status{0, 0}.describe() == "ended with exit code 0");
  CHECK(exit_status{7, 0}.describe() == "ended with exit code 7");
  CHECK(exit_status{0, SIGBUS}.describe() == "died of SIGBUS");
  CHECK(exit_status{0, SIGKILL}.describe() == "was killed by SIGKILL (out of memory?)");
  CHECK(exit_status{0, 63}.describe() == "died of signal 63");
  CHECK(exit_status{0, 0, false}.describe() == "ended with an unknown status");
}
