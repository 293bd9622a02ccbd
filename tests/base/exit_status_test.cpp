#include "base/exit_status.hpp"

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

TEST_CASE("exit status: a child that could not execute its program tells the error") {
  CHECK(exit_status{128 + 2, 0}.start_error() == "No such file or directory");
  CHECK(exit_status{3, 0}.start_error().empty());
  CHECK(exit_status{128, 0}.start_error().empty());
  CHECK(exit_status{128 + 2, SIGKILL}.start_error().empty());
  CHECK(exit_status{128 + 2, 0, false}.start_error().empty());
}
