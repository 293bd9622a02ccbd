#include "base/process_stat.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace telltale;

namespace {

const std::string tail =
    " S 17 4711 4711 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 3 0 987654 1000 10 18446744073709551615 1";

}  // namespace

TEST_CASE("process stat: fields are counted after the name, which may contain anything") {
  for (const std::string name : {"app", "a b", "a) R 1 (", ")", "(", ""}) {
    CAPTURE(name);
    const auto found = parse_process_stat("4711 (" + name + ")" + tail);
    REQUIRE(found);
    CHECK(found->name == name);
    CHECK(found->state == 'S');
    CHECK(found->parent == 17);
    CHECK(found->flags == 4194560);
    CHECK(found->threads == 3);
    CHECK(found->start_ticks == 987654);
  }
}

TEST_CASE("process stat: an incomplete text is rejected") {
  const auto whole = "4711 (app)" + tail;
  for (std::size_t size = 0; size < whole.find(" 987654") + 1; ++size)
    CHECK_FALSE(parse_process_stat(whole.substr(0, size)));
  CHECK_FALSE(parse_process_stat("4711 )app(" + tail));
}

TEST_CASE("process stat: a zombie is not running") {
  CHECK(find_living_process(::getpid())->parent == ::getppid());
  CHECK(read_process_stat(::getpid())->started().count() > 0);
  const auto child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  CHECK(read_process_stat(child)->state == 'Z');
  CHECK_FALSE(find_living_process(child));
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(read_process_stat(child));
  CHECK_FALSE(read_process_stat(0));
}
