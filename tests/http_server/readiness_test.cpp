#include "http_server/readiness.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/descriptor.hpp"

using telltale::descriptor;
using telltale::readiness;

namespace {

/// Both ends of a connection, and the events of the first end.
struct pair final : readiness::waiter {
  pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    mine = descriptor(ends[0]);
    peer = descriptor(ends[1]);
  }
  virtual ~pair() = default;

  void ready(bool ended) noexcept override {
    reported += ended ? "e" : "r";
    if (then) then();
  }
  void say(std::size_t bytes = 1) const {
    const std::string words(bytes, 'x');
    CHECK(::write(peer.get(), words.data(), bytes) > 0);
  }
  void read(std::size_t bytes) const {
    std::string words(bytes, ' ');
    CHECK(::read(mine.get(), words.data(), bytes) > 0);
  }

  descriptor mine, peer;
  std::string reported;
  std::function<void()> then;
};

struct sockets {
  boost::asio::io_context loop{1};
  std::shared_ptr<readiness> set = std::make_shared<readiness>(loop);

  std::optional<readiness::registration> add(const std::shared_ptr<pair>& who) {
    return set->add(who->mine.get(), who);
  }
  /// Runs loop iterations until there is nothing to do.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
};

}  // namespace

TEST_CASE("readiness: present and later bytes are reported once each") {
  sockets all;
  const auto early = std::make_shared<pair>();
  const auto late = std::make_shared<pair>();
  early->say();
  const auto first = all.add(early);
  const auto second = all.add(late);
  all.settle();
  CHECK(early->reported == "r");
  CHECK(late->reported == "");
  late->say();
  all.settle();
  CHECK(early->reported == "r");
  CHECK(late->reported == "r");
  late->say();
  all.settle();
  CHECK_MESSAGE(late->reported == "rr", "although nothing was read");
}

TEST_CASE("readiness: the end is reported with the last bytes or after them") {
  sockets all;
  const auto at_once = std::make_shared<pair>();
  const auto later = std::make_shared<pair>();
  const auto first = all.add(at_once);
  const auto second = all.add(later);
  at_once->say();
  ::shutdown(at_once->peer.get(), SHUT_WR);
  later->say();
  all.settle();
  CHECK(at_once->reported == "e");
  CHECK(later->reported == "r");
  later->peer = descriptor();
  all.settle();
  CHECK(later->reported == "re");
}

TEST_CASE("readiness: writability is reported on request") {
  sockets all;
  const auto who = std::make_shared<pair>();
  auto there = all.add(who);
  all.settle();
  CHECK(who->reported == "");
  there->write_too();
  all.settle();
  CHECK_MESSAGE(who->reported == "r", "there is room");
  const std::string much(1 << 20, 'x');
  while (::write(who->mine.get(), much.data(), much.size()) > 0) continue;
  all.settle();
  who->reported.clear();
  std::string read(1 << 20, ' ');
  while (::read(who->peer.get(), read.data(), read.size()) > 0) continue;
  all.settle();
  CHECK(who->reported.find('r') != std::string::npos);
}

TEST_CASE("readiness: an ended registration gets no event, not even a pending one") {
  sockets all;
  std::array<std::shared_ptr<pair>, 3> each{std::make_shared<pair>(), std::make_shared<pair>(),
                                            std::make_shared<pair>()};
  std::vector<std::optional<readiness::registration>> there(each.size());
  std::shared_ptr<pair> newcomer = std::make_shared<pair>();
  std::optional<readiness::registration> of_newcomer;
  for (std::size_t i = 0; i < each.size(); ++i) {
    there[i].emplace(*all.add(each[i]));
    // The first handler ends the other registrations; a new one reuses an entry.
    each[i]->then = [&, i] {
      for (std::size_t j = 0; j < each.size(); ++j)
        if (j != i) there[j].reset();
      of_newcomer.emplace(*all.add(newcomer));
    };
    each[i]->say();
  }
  all.settle();
  CHECK(each[0]->reported + each[1]->reported + each[2]->reported == "r");
  CHECK(newcomer->reported == "");
  newcomer->say();
  all.settle();
  CHECK(newcomer->reported == "r");
}

TEST_CASE("readiness: a registration after an ended one gets its events") {
  sockets all;
  std::vector<std::shared_ptr<pair>> each{std::make_shared<pair>(), std::make_shared<pair>(), std::make_shared<pair>()};
  std::vector<std::optional<readiness::registration>> there(each.size());
  bool ended_one = false;
  for (std::size_t i = 0; i < each.size(); ++i) {
    there[i].emplace(*all.add(each[i]));
    each[i]->then = [&, i] {
      if (!std::exchange(ended_one, true)) there[(i + 1) % there.size()].reset();
    };
    each[i]->say();
  }
  all.settle();
  CHECK(each[0]->reported.size() + each[1]->reported.size() + each[2]->reported.size() == 2);
}

TEST_CASE("readiness: a handler may end its registration and be destroyed by that") {
  sockets all;
  auto who = std::make_shared<pair>();
  const std::weak_ptr<pair> seen = who;
  std::optional<readiness::registration> there(*all.add(who));
  who->then = [&] { there.reset(); };
  who->say();
  who.reset();
  REQUIRE(!seen.expired());
  all.settle();
  CHECK(seen.expired());
}

TEST_CASE("readiness: the loop runs while any registration exists, and ends with the last") {
  sockets all;
  const auto who = std::make_shared<pair>();
  std::optional<readiness::registration> there(*all.add(who));
  int rounds = 0;
  who->then = [&] {
    if (++rounds == 3) there.reset();
    else who->say();
  };
  who->say();
  all.loop.run();
  CHECK(rounds == 3);
  there.emplace(*all.add(std::make_shared<pair>()));
  all.settle();
  there.reset();
  all.loop.restart();
  all.loop.run_for(std::chrono::seconds(10));
  CHECK(all.loop.stopped());
}

TEST_CASE("readiness: when the last registration ends and another begins, no event is lost") {
  sockets all;
  for (int i = 0; i < 3; ++i) {
    const auto leaves = std::make_shared<pair>();
    const auto comes = std::make_shared<pair>();
    const auto comes_then = std::make_shared<pair>();
    std::optional<readiness::registration> there(*all.add(leaves));
    there.reset();
    there.emplace(*all.add(comes));
    comes->then = [&] {
      there.reset();
      there.emplace(*all.add(comes_then));
    };
    comes->say();
    comes_then->say();
    all.settle();
    comes_then->say();
    all.settle();
    CHECK(leaves->reported == "");
    CHECK(comes->reported == "r");
    CHECK(comes_then->reported == "rr");
  }
}

TEST_CASE(
    "readiness: more events than one loop iteration handles are handled in the next ones, with other handlers in "
    "between") {
  sockets all;
  std::vector<std::shared_ptr<pair>> each;
  std::vector<std::optional<readiness::registration>> there;
  for (int i = 0; i < 200; ++i) {
    each.push_back(std::make_shared<pair>());
    there.push_back(std::nullopt);
    there.back().emplace(*all.add(each.back()));
    each.back()->say();
  }
  std::size_t told_before_the_other = 0;
  all.loop.poll_one();
  boost::asio::post(all.loop, [&] {
    for (const auto& one : each) told_before_the_other += one->reported.size();
  });
  all.settle();
  CHECK(told_before_the_other > 0);
  CHECK(told_before_the_other < each.size());
  for (const auto& one : each) CHECK(one->reported == "r");
}

TEST_CASE("readiness: it may be destroyed with all registrations during an event") {
  boost::asio::io_context loop{1};
  auto set = std::make_shared<readiness>(loop);
  const auto first = std::make_shared<pair>();
  const auto second = std::make_shared<pair>();
  std::optional<readiness::registration> one(set->add(first->mine.get(), first));
  std::optional<readiness::registration> two(set->add(second->mine.get(), second));
  first->then = second->then = [&] {
    one.reset();
    two.reset();
    set.reset();
  };
  first->say();
  second->say();
  loop.run();
  CHECK(first->reported + second->reported == "r");
}

TEST_CASE("readiness: a socket that cannot be registered is an error, and leaves nothing behind") {
  sockets all;
  const auto who = std::make_shared<pair>();
  who->mine = descriptor();
  CHECK_THROWS_AS(all.add(who), std::system_error);
  CHECK(who.use_count() == 1);
  all.loop.run();  // ends without registrations
}
