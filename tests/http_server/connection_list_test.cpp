#include "http_server/connection_list.hpp"

#include <doctest/doctest.h>

#include <functional>
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

}  // namespace

TEST_CASE("connection_list: members count from joining to leaving") {
  connection_list list;
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
  connection_list list;
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
  connection_list list;
  fake busy;
  fake idle;
  auto a = list.join(busy, start);
  a.enter(phase::head, start);
  auto b = list.join(idle, start + 1s);
  CHECK(list.evict(start + 10s));
  CHECK(idle.dropped == 1);
}

TEST_CASE("connection_list: a new connection is spared while another has an incomplete request") {
  connection_list list;
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
  connection_list list;
  fake first;
  fake second;
  auto a = list.join(first, start);
  auto b = list.join(second, start);
  CHECK(list.evict(start));
  CHECK(first.dropped == 1);
  CHECK(second.dropped == 0);
}

TEST_CASE("connection_list: a connection is dropped once and then no longer counts") {
  connection_list list;
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
  connection_list list;
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
  constexpr phase_limits limits{1s, 10s, 2s, 1s, 1s};
  connection_list list;
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
  CHECK(list.next_expiry(limits) == start + 2s);
  list.expire(start + 2s, limits);
  CHECK(slow.expired == 1);
  CHECK(fresh.expired == 0);
  CHECK(patient.expired == 0);
  CHECK(list.next_expiry(limits) == start + 3s);
}

TEST_CASE("connection_list: entering a phase again restarts its time limit, and without connections there is none") {
  constexpr phase_limits limits{1s, 10s, 2s, 1s, 1s};
  connection_list list;
  CHECK_FALSE(list.next_expiry(limits).has_value());
  fake who;
  auto a = list.join(who, start);
  a.enter(phase::waiting, start + 1s);
  a.enter(phase::waiting, start + 5s);
  CHECK(list.next_expiry(limits) == start + 15s);
  list.expire(start + 14s, limits);
  CHECK(who.expired == 0);
}

TEST_CASE("connection_list: a connection that expires may leave") {
  constexpr phase_limits limits{1s, 1s, 1s, 1s, 1s};
  connection_list list;
  std::vector<fake> crowd(5);
  std::vector<connection_list::membership> members;
  members.reserve(crowd.size());
  for (auto& each : crowd) {
    members.push_back(list.join(each, start));
    each.when_expired = [&members, n = members.size() - 1] { members[n].leave(); };
  }
  list.expire(start + 1s, limits);
  CHECK(list.size() == 0);
  for (const auto& each : crowd) CHECK(each.expired == 1);
}
