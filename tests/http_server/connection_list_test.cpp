// Tests the list of connections: time limits and eviction.
#include "http_server/connection_list.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <vector>

using telltale::connection_list;
using telltale::droppable;
using telltale::phase;
using telltale::phase_limits;
using namespace std::chrono_literals;

namespace {

struct fake final : droppable {
  void drop() noexcept override { ++dropped; }
  void expire() noexcept override {
    ++expired;
    if (when_expired) when_expired();
  }
  virtual ~fake() = default;
  int dropped = 0;
  int expired = 0;
  std::function<void()> when_expired;
};

const connection_list::clock::time_point start{};
constexpr phase_limits ample{1h, 1h, 1h, 1h, 1h};

/// Leaves when it is dropped or its time limit is over.
struct guest final : droppable {
  explicit guest(connection_list& list) : membership(list.join(*this, connection_list::clock::now())) {}
  virtual ~guest() = default;
  void drop() noexcept override { membership.leave(); }
  void expire() noexcept override {
    expired_at = connection_list::clock::now();
    membership.leave();
  }
  connection_list::membership membership;
  connection_list::clock::time_point expired_at{};
};

}  // namespace

TEST_CASE("connection_list: members count from joining to leaving") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake a;
  CHECK(list.size() == 0);
  {
    auto membership = list.join(a, start);
    CHECK(list.size() == 1);
    membership.enter(phase::head, start);
    CHECK(list.size() == 1);
  }
  CHECK(list.size() == 0);
  CHECK_FALSE(list.evict(start));
}

TEST_CASE("connection_list: the connection idle longest is evicted, counted from when it became idle") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake early;
  fake late;
  auto a = list.join(early, start);
  auto b = list.join(late, start + 1s);
  a.enter(phase::head, start + 2s);
  a.enter(phase::waiting, start + 3s);
  CHECK(list.evict(start + 10s));
  CHECK(late.dropped == 1);
  CHECK(early.dropped == 0);
  CHECK(list.size() == 1);
}

TEST_CASE("connection_list: an idle connection is evicted before a busy one") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake busy;
  fake idle;
  auto a = list.join(busy, start);
  a.enter(phase::head, start);
  auto b = list.join(idle, start + 1s);
  CHECK(list.evict(start + 10s));
  CHECK(idle.dropped == 1);
}

TEST_CASE("connection_list: a new connection is spared while another has an incomplete request") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake dripping;
  fake fresh;
  auto a = list.join(dripping, start);
  a.enter(phase::head, start);
  auto b = list.join(fresh, start + 4s);
  CHECK(list.evict(start + 4s + connection_list::grace / 2));
  CHECK(dripping.dropped == 1);
  CHECK(fresh.dropped == 0);
}

TEST_CASE("connection_list: when none is busy even a new one is evicted, the oldest first") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake first;
  fake second;
  auto a = list.join(first, start);
  auto b = list.join(second, start);
  CHECK(list.evict(start));
  CHECK(first.dropped == 1);
  CHECK(second.dropped == 0);
}

TEST_CASE("connection_list: a connection is dropped once and then no longer counts") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake a;
  auto membership = list.join(a, start);
  CHECK(list.evict(start));
  CHECK(list.size() == 0);
  CHECK_FALSE(list.evict(start));
  membership.enter(phase::head, start);
  membership.enter(phase::waiting, start);
  CHECK(list.size() == 0);
  list.drop_all();
  CHECK(a.dropped == 1);
}

TEST_CASE("connection_list: idle connections can be dropped alone, or all of them") {
  boost::asio::io_context loop{1};
  connection_list list(loop, ample);
  fake busy;
  fake idle;
  auto a = list.join(busy, start);
  a.enter(phase::head, start);
  auto b = list.join(idle, start);
  list.drop_idle();
  CHECK(idle.dropped == 1);
  CHECK(busy.dropped == 0);
  list.drop_all();
  CHECK(busy.dropped == 1);
  CHECK(list.size() == 0);
}

TEST_CASE("connection_list: only connections whose time limit is over expire") {
  boost::asio::io_context loop{1};
  connection_list list(loop, {1s, 10s, 2s, 1s, 1s});
  fake slow;
  fake fresh;
  fake patient;
  auto a = list.join(slow, start);
  auto b = list.join(fresh, start);
  auto c = list.join(patient, start);
  a.enter(phase::head, start);
  b.enter(phase::head, start + 1s);
  c.enter(phase::waiting, start);
  slow.when_expired = [&] { a.enter(phase::sending, start + 2s); };
  list.expire(start + 2s - 1ms);
  CHECK(slow.expired == 0);
  list.expire(start + 2s);
  CHECK(slow.expired == 1);
  CHECK(fresh.expired == 0);
  CHECK(patient.expired == 0);
}

TEST_CASE("connection_list: entering a phase again restarts its time limit") {
  boost::asio::io_context loop{1};
  connection_list list(loop, {1s, 10s, 2s, 1s, 1s});
  fake who;
  auto a = list.join(who, start);
  who.when_expired = [&] { a.leave(); };
  a.enter(phase::waiting, start + 1s);
  a.enter(phase::waiting, start + 5s);
  list.expire(start + 14s);
  CHECK(who.expired == 0);
  list.expire(start + 15s);
  CHECK(who.expired == 1);
}

TEST_CASE("connection_list: a connection that expires may leave") {
  boost::asio::io_context loop{1};
  connection_list list(loop, {1s, 1s, 1s, 1s, 1s});
  std::vector<fake> crowd(5);
  std::vector<connection_list::membership> members;
  members.reserve(crowd.size());
  for (auto& each : crowd) {
    members.push_back(list.join(each, start));
    each.when_expired = [&members, n = members.size() - 1] { members[n].leave(); };
  }
  list.expire(start + 1s);
  CHECK(list.size() == 0);
  for (const auto& each : crowd) CHECK(each.expired == 1);
}

TEST_CASE("connection_list: the timer applies every limit in time, and the loop ends when no connection is left") {
  boost::asio::io_context loop{1};
  connection_list list(loop, {20ms, 40ms, 20ms, 20ms, 20ms});
  const auto began = connection_list::clock::now();
  guest quick(list);
  guest waiting(list);
  waiting.membership.enter(phase::waiting, connection_list::clock::now());
  loop.run();  // ends by itself
  CHECK(quick.expired_at - began >= 20ms);
  CHECK(waiting.expired_at - began >= 40ms);
  CHECK(list.size() == 0);
}

TEST_CASE("connection_list: a shorter limit is applied while a longer one is pending") {
  boost::asio::io_context loop{1};
  connection_list list(loop, {1h, 1h, 20ms, 1h, 1h});
  guest who(list);
  who.membership.enter(phase::head, connection_list::clock::now());
  loop.run_for(10s);
  CHECK(list.size() == 0);
}

TEST_CASE("connection_list: a limit that begins while another connection expires is applied as well") {
  boost::asio::io_context loop{1};
  connection_list list(loop, {20ms, 1h, 1h, 20ms, 1h});
  fake who;
  auto a = list.join(who, connection_list::clock::now());
  who.when_expired = [&] {
    if (who.expired == 1) a.enter(phase::sending, connection_list::clock::now());
    else a.leave();
  };
  loop.run_for(10s);
  CHECK(who.expired == 2);
}

TEST_CASE("connection_list: the timer stops when all connections are dropped, and when the list is destroyed") {
  boost::asio::io_context loop{1};
  {
    connection_list list(loop, ample);
    guest dropped(list);
    list.drop_all();
    CHECK(list.size() == 0);
    loop.run();  // ends by itself
    loop.restart();
  }
  fake who;
  auto list = std::make_unique<connection_list>(loop, phase_limits{0s, 0s, 0s, 0s, 0s});
  list->join(who, connection_list::clock::now()).leave();
  list.reset();
  loop.run();
  CHECK(who.expired == 0);
}
