#include "http_server/connection_list.hpp"

#include <doctest/doctest.h>

using telltale::connection_list;
using telltale::droppable;
using namespace std::chrono_literals;

namespace {

struct fake final : droppable {
  void drop() noexcept override { ++dropped; }
  virtual ~fake() = default;
  int dropped = 0;
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
    membership.busy(start);
    CHECK(list.size() == 1);
  }
  CHECK(list.size() == 0);
  CHECK_FALSE(list.evict(start));
}

TEST_CASE("connection_list: the one idle longest is evicted, counted from when it became idle") {
  connection_list list;
  fake early;
  fake late;
  auto a = list.join(early, start);
  auto b = list.join(late, start + 1s);
  a.busy(start + 2s);
  a.idle(start + 3s);
  CHECK(list.evict(start + 10s));
  CHECK(late.dropped == 1);
  CHECK(early.dropped == 0);
  CHECK(list.size() == 1);
}

TEST_CASE("connection_list: an idle one goes before a busy one") {
  connection_list list;
  fake busy;
  fake idle;
  auto a = list.join(busy, start);
  a.busy(start);
  auto b = list.join(idle, start + 1s);
  CHECK(list.evict(start + 10s));
  CHECK(idle.dropped == 1);
}

TEST_CASE("connection_list: somebody who has only just come is spared for one that has been busy with half a request") {
  connection_list list;
  fake dripping;
  fake fresh;
  auto a = list.join(dripping, start);
  a.busy(start);
  auto b = list.join(fresh, start + 4s);
  CHECK(list.evict(start + 4s + connection_list::grace / 2));
  CHECK(dripping.dropped == 1);
  CHECK(fresh.dropped == 0);
}

TEST_CASE("connection_list: when nobody is busy even a fresh one goes, the oldest first") {
  connection_list list;
  fake first;
  fake second;
  auto a = list.join(first, start);
  auto b = list.join(second, start);
  CHECK(list.evict(start));
  CHECK(first.dropped == 1);
  CHECK(second.dropped == 0);
}

TEST_CASE("connection_list: somebody dropped is dropped once and counts no more") {
  connection_list list;
  fake a;
  auto membership = list.join(a, start);
  CHECK(list.evict(start));
  CHECK(list.size() == 0);
  CHECK_FALSE(list.evict(start));
  membership.busy(start);
  membership.idle(start);
  CHECK(list.size() == 0);
  list.drop_all();
  CHECK(a.dropped == 1);
}

TEST_CASE("connection_list: idle members can be dropped alone, or everybody") {
  connection_list list;
  fake busy;
  fake idle;
  auto a = list.join(busy, start);
  a.busy(start);
  auto b = list.join(idle, start);
  list.drop_idle();
  CHECK(idle.dropped == 1);
  CHECK(busy.dropped == 0);
  list.drop_all();
  CHECK(busy.dropped == 1);
  CHECK(list.size() == 0);
}
