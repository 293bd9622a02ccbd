#include "http_server/deadlines.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

constexpr phase_limits limits{20ms, 40ms, 20ms, 20ms, 20ms};

struct guest final : droppable {
  guest(connection_list& list, deadlines& clock) : membership(list.join(*this, deadlines::clock::now())) {
    clock.entered(phase::opening, deadlines::clock::now());
  }
  virtual ~guest() = default;
  void drop() noexcept override { membership.leave(); }
  void expire() noexcept override {
    expired_at = deadlines::clock::now();
    membership.leave();
  }
  connection_list::membership membership;
  deadlines::clock::time_point expired_at{};
};

}  // namespace

TEST_CASE("deadlines: each connection expires in time, and the loop ends when none is left") {
  boost::asio::io_context loop{1};
  connection_list list;
  deadlines clock(loop, list, limits);
  const auto began = deadlines::clock::now();
  guest quick(list, clock);
  guest waiting(list, clock);
  waiting.membership.enter(phase::waiting, deadlines::clock::now());
  clock.entered(phase::waiting, deadlines::clock::now());
  loop.run();  // ends by itself
  CHECK(quick.expired_at - began >= 20ms);
  CHECK(waiting.expired_at - began >= 40ms);
  CHECK(list.size() == 0);
}

TEST_CASE("deadlines: a shorter limit is applied while a longer one is pending") {
  boost::asio::io_context loop{1};
  connection_list list;
  deadlines clock(loop, list, {1h, 1h, 20ms, 1h, 1h});
  guest who(list, clock);
  who.membership.enter(phase::head, deadlines::clock::now());
  clock.entered(phase::head, deadlines::clock::now());
  loop.run();
  CHECK(list.size() == 0);
}

TEST_CASE("deadlines: it checks nothing after stop") {
  boost::asio::io_context loop{1};
  connection_list list;
  deadlines clock(loop, list, limits);
  guest who(list, clock);
  clock.stop();
  clock.entered(phase::opening, deadlines::clock::now());
  loop.run();
  CHECK(list.size() == 1);
}
