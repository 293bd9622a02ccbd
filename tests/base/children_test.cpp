#include "base/children.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

using namespace telltale;

namespace {

pid_t child_that_exits_with(int code) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) ::_exit(code);
  return pid;
}

void wait_without_collecting(pid_t pid) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

}  // namespace

TEST_CASE("children: a running child is not collected, an ended one is") {
  const pid_t living = ::fork();
  REQUIRE(living >= 0);
  if (living == 0) {
    for (;;) ::pause();
  }
  CHECK_FALSE(collect_child(living));
  ::kill(living, SIGKILL);
  wait_without_collecting(living);
  const auto status = collect_child(living);
  REQUIRE(status);
  CHECK(status->signal == SIGKILL);
}

TEST_CASE("children: the reaper keeps the exit status of a registered child, whoever asks first") {
  const pid_t timer_armed = child_that_exits_with(7);
  const pid_t orphan = child_that_exits_with(8);
  register_child(timer_armed);
  wait_without_collecting(timer_armed);
  wait_without_collecting(orphan);
  CHECK(collect_orphans() == 1);
  for (int asked = 0; asked < 2; ++asked) {
    const auto status = collect_child(timer_armed);
    REQUIRE(status);
    CHECK(status->known);
    CHECK(status->code == 7);
  }
  unregister_child(timer_armed);
}

TEST_CASE("children: a child collected elsewhere has an unknown status") {
  const pid_t pid = child_that_exits_with(0);
  CHECK(::waitpid(pid, nullptr, 0) == pid);
  const auto status = collect_child(pid);
  REQUIRE(status);
  CHECK_FALSE(status->known);
}

TEST_CASE("children: killed children are awaited, one that stays only until the limit") {
  using namespace std::chrono_literals;
  const auto pause_for_ever = [] {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    while (pid == 0) ::pause();
    register_child(pid);
    return pid;
  };
  const pid_t killed = pause_for_ever();
  const pid_t living = pause_for_ever();
  auto known = registered_children();
  CHECK(std::ranges::count(known, killed) == 1);
  CHECK(std::ranges::count(known, living) == 1);

  ::kill(killed, SIGKILL);
  await_children({killed}, 60s);
  CHECK(::waitpid(killed, nullptr, WNOHANG) == -1);  // collected
  const auto begin = std::chrono::steady_clock::now();
  await_children({living}, 30ms);
  CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
  CHECK(::waitpid(living, nullptr, WNOHANG) == 0);

  ::kill(living, SIGKILL);
  await_children({living}, 60s);
  for (const auto pid : {killed, living}) unregister_child(pid);
  known = registered_children();
  CHECK(std::ranges::count(known, killed) == 0);
}
