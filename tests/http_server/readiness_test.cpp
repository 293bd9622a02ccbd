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

/// Both ends of a connection, and what the first end was told.
struct pair final : readiness::waiter {
  pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    mine = descriptor(ends[0]);
    peer = descriptor(ends[1]);
  }
  virtual ~pair() = default;

  void ready(bool ended) noexcept override {
    told += ended ? "e" : "r";
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
  std::string told;
  std::function<void()> then;
};

struct sockets {
  boost::asio::io_context loop{1};
  std::shared_ptr<readiness> set = std::make_shared<readiness>(loop);

  std::optional<readiness::registration> add(const std::shared_ptr<pair>& who) {
    return set->add(who->mine.get(), who);
  }
  /// Turns of the loop until there is nothing to do just now.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
};

}  // namespace

TEST_CASE("readiness: what is there already is told, what comes later too, and each only once") {
  sockets all;
  const auto early = std::make_shared<pair>();
  const auto late = std::make_shared<pair>();
  early->say();
  const auto first = all.add(early);
  const auto second = all.add(late);
  all.settle();
  CHECK(early->told == "r");
  CHECK(late->told == "");
  late->say();
  all.settle();
  CHECK(early->told == "r");
  CHECK(late->told == "r");
  late->say();
  all.settle();
  CHECK_MESSAGE(late->told == "rr", "although nothing was read");
}

TEST_CASE("readiness: the end is told together with the last bytes, or after them") {
  sockets all;
  const auto at_once = std::make_shared<pair>();
  const auto later = std::make_shared<pair>();
  const auto first = all.add(at_once);
  const auto second = all.add(later);
  at_once->say();
  ::shutdown(at_once->peer.get(), SHUT_WR);
  later->say();
  all.settle();
  CHECK(at_once->told == "e");
  CHECK(later->told == "r");
  later->peer = descriptor();
  all.settle();
  CHECK(later->told == "re");
}

TEST_CASE("readiness: room for writing is told to who asked for it") {
  sockets all;
  const auto who = std::make_shared<pair>();
  auto there = all.add(who);
  all.settle();
  CHECK(who->told == "");
  there->write_too();
  all.settle();
  CHECK_MESSAGE(who->told == "r", "there is room");
  const std::string much(1 << 20, 'x');
  while (::write(who->mine.get(), much.data(), much.size()) > 0) continue;
  all.settle();
  who->told.clear();
  std::string read(1 << 20, ' ');
  while (::read(who->peer.get(), read.data(), read.size()) > 0) continue;
  all.settle();
  CHECK(who->told.find('r') != std::string::npos);
}

TEST_CASE("readiness: who is gone is told nothing, not even what was under way") {
  sockets all;
  std::array<std::shared_ptr<pair>, 3> each{std::make_shared<pair>(), std::make_shared<pair>(),
                                            std::make_shared<pair>()};
  std::vector<std::optional<readiness::registration>> there(each.size());
  std::shared_ptr<pair> newcomer = std::make_shared<pair>();
  std::optional<readiness::registration> of_newcomer;
  for (std::size_t i = 0; i < each.size(); ++i) {
    there[i].emplace(*all.add(each[i]));
    // Whoever hears of it first ends the others; the newcomer gets one of their places.
    each[i]->then = [&, i] {
      for (std::size_t j = 0; j < each.size(); ++j)
        if (j != i) there[j].reset();
      of_newcomer.emplace(*all.add(newcomer));
    };
    each[i]->say();
  }
  all.settle();
  CHECK(each[0]->told + each[1]->told + each[2]->told == "r");
  CHECK(newcomer->told == "");
  newcomer->say();
  all.settle();
  CHECK(newcomer->told == "r");
}

TEST_CASE("readiness: who comes behind somebody that is gone is told all the same") {
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
  CHECK(each[0]->told.size() + each[1]->told.size() + each[2]->told.size() == 2);
}

TEST_CASE("readiness: somebody told may end itself, and be destroyed by that") {
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

TEST_CASE("readiness: the loop runs while anybody waits, and ends with the last") {
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

TEST_CASE("readiness: when the last leaves and another comes, within one turn and without one, nothing is missed") {
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
    CHECK(leaves->told == "");
    CHECK(comes->told == "r");
    CHECK(comes_then->told == "rr");
  }
}

TEST_CASE("readiness: more than fit into one turn are told in the next ones, and others have their turn between") {
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
    for (const auto& one : each) told_before_the_other += one->told.size();
  });
  all.settle();
  CHECK(told_before_the_other > 0);
  CHECK(told_before_the_other < each.size());
  for (const auto& one : each) CHECK(one->told == "r");
}

TEST_CASE("readiness: it may go while somebody is told, with everything that belongs to it") {
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
  CHECK(first->told + second->told == "r");
}

TEST_CASE("readiness: a socket that cannot be watched is an error, and leaves nothing behind") {
  sockets all;
  const auto who = std::make_shared<pair>();
  who->mine = descriptor();
  CHECK_THROWS_AS(all.add(who), std::system_error);
  CHECK(who.use_count() == 1);
  all.loop.run();  // ends: nobody waits
}
