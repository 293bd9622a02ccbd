// Tests the advice for ports of databases and brokers.
#include <doctest/doctest.h>

#include <telltale/check_type.hpp>

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;

namespace {

/// The hint at `address`, or empty; `options` follow it.
std::string hint(const std::string& address, const std::vector<std::pair<std::string, std::string>>& options = {}) {
  std::vector<raw_member> members{{"address", {}, raw_value::scalar(address, {7, 8})}};
  for (const auto& [name, value] : options) members.push_back({name, {}, raw_value::scalar(value)});
  const auto raw = raw_value::map(std::move(members), {7, 1});
  const auto type = checks::tcp();
  problems errors, hints;
  type.validate(raw, errors, {});
  REQUIRE(errors.empty());
  type.hints(raw, hints);
  if (hints.empty()) return {};
  CHECK(hints.size() == 1);
  CHECK(hints.list()[0].at == source_location{7, 8});
  return hints.list()[0].message;
}

}  // namespace

TEST_CASE("tcp hints: a bare connection to a database or broker says what it does and what to do instead") {
  struct row {
    std::string address, harm, advice;
  };
  for (const auto& [address, harm, advice] : {
           row{"db:3306", "block that host", "loopback"},
           row{"db:5432", "PostgreSQL starts a process", "type postgres"},
           row{"127.0.0.1:5432", "PostgreSQL starts a process", "type postgres"},
           row{"mq:5672", "RabbitMQ logs", "type http"},
           row{"127.0.0.1:6379", "while it loads", R"(send: "PING\n")"},
           row{"kafka:9092", "without a controller", "type prometheus"},
       }) {
    CAPTURE(address);
    const auto found = hint(address);
    CAPTURE(found);
    CHECK(found.find("address: on port ") == 0);
    CHECK(found.find(harm) != std::string::npos);
    CHECK(found.find(" - ") != std::string::npos);
    CHECK(found.find(advice) != std::string::npos);
  }
}

TEST_CASE("tcp hints: a check that asks the server something, or must be refused, needs no advice") {
  CHECK(hint("127.0.0.1:6379", {{"send", "PING"}, {"expect", "+PONG"}}).empty());
  CHECK(hint("127.0.0.1:6379", {{"send", "PING"}, {"match", "^.PONG"}}).empty());
  CHECK(hint("db:5432", {{"tls", "true"}}).empty());
  CHECK(hint("db:5432", {{"starttls", "postgres"}}).empty());
  CHECK(hint("db:3306", {{"expect_refused", "true"}}).empty());
  CHECK(hint("app:8000").empty());
  CHECK(hint("unix:/run/mysqld/mysqld.sock").empty());
}

TEST_CASE("tcp hints: MySQL counts every connection from another host, and none over loopback") {
  CHECK(hint("127.0.0.1:3306").empty());
  CHECK(hint("localhost:3306").empty());
  CHECK_FALSE(hint("db:3306", {{"expect", "mysql"}}).empty());
}

TEST_CASE("tcp hints: ZooKeeper's ruok is off by default") {
  for (const auto* word : {"ruok", "ruok\n", "srvr\n"}) {
    CAPTURE(word);
    const auto raw = raw_value::map({{"address", {}, raw_value::scalar("zookeeper:2181")},
                                     {"send", {}, raw_value::scalar(word, {4, 9})},
                                     {"expect", {}, raw_value::scalar("imok")}});
    problems hints;
    checks::tcp().hints(raw, hints);
    const bool is_ruok = std::string_view(word).starts_with("ruok");
    REQUIRE(hints.size() == (is_ruok ? 1 : 0));
    if (!is_ruok) continue;
    CHECK(hints.list()[0] == problem{{4, 9},
                                     "send: ZooKeeper answers ruok only with 4lw.commands.whitelist since 3.5 - send: "
                                     R"("srvr\n" with match: "(?m)^Mode: ")"});
  }
}

TEST_CASE("tcp hints: a certificate that nobody verifies proves nothing") {
  const auto raw = raw_value::map({{"address", {}, raw_value::scalar("db:636")},
                                   {"tls", {}, raw_value::scalar("true")},
                                   {"insecure", {}, raw_value::scalar("true", {3, 13})}});
  problems hints;
  checks::tcp().hints(raw, hints);
  REQUIRE(hints.size() == 1);
  CHECK(hints.list()[0].at == source_location{3, 13});
  CHECK(hints.list()[0].message.find("insecure: any server") == 0);
}
