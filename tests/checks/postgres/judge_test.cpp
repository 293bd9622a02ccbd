// Tests the statement about the server's state, its answer, and the judgement of a standby's age, without a server.
#include <chrono>

#include "checks/postgres/probe.hpp"
#include "postgres/judge.hpp"

using namespace telltale;
using namespace telltale::postgres;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::steady_clock::now();

server_state standby(std::uint64_t received, std::uint64_t replayed, bool receiving, std::optional<int> age) {
  server_state out;
  out.standby = true;
  out.received = received;
  out.replayed = replayed;
  out.receiving = receiving;
  if (age) out.since_replay = std::chrono::seconds(*age);
  return out;
}

/// In whole seconds; -1 when it is not known.
int age_of(const server_state& seen, lag_history& before, std::chrono::seconds later = 0s) {
  const auto age = age_of_standby(seen, before, now + later);
  return age ? static_cast<int>(age->count()) : -1;
}

outcome judged(const server_state& seen, fakes::options chosen, lag_history before = {}) {
  problems found;
  chosen.emplace_back("address", fakes::text("db:5432"));
  chosen.emplace_back("user", fakes::text("app"));
  plan what;
  what.options = postgres_options::declared().parse(fakes::map_of(std::move(chosen)), found);
  what.role = what.options.role;
  REQUIRE(found.empty());
  boost::asio::io_context io;
  net::run run({io.get_executor(), std::chrono::steady_clock::now() + 1s}, "db:5432");
  std::string healthy;
  judge_state(run, what, seen, before, healthy);
  return std::move(run).result(healthy);
}

}  // namespace

TEST_CASE("postgres lag: 0 bytes behind a primary that is connected is no lag, however old the last transaction") {
  lag_history before;
  CHECK(age_of(standby(100, 100, true, 3600), before) == 0);
  CHECK(age_of(standby(100, 100, true, {}), before) == 0);
}

TEST_CASE("postgres lag: what was received in an earlier run and is replayed now bounds the age") {
  lag_history before;
  CHECK(age_of(standby(200, 100, true, 3600), before) == 3600);  // the first run knows only the last transaction
  CHECK(age_of(standby(300, 200, true, 3610), before, 10s) == 10);
  CHECK(age_of(standby(300, 250, true, 3620), before, 20s) == 3620);  // 300 was received 10 s ago and is not replayed
  CHECK(age_of(standby(400, 300, true, 2), before, 30s) == 2);
}

TEST_CASE("postgres lag: without its primary a standby ages from the last time that it had replayed everything") {
  lag_history before;
  CHECK(age_of(standby(100, 100, true, 3600), before) == 0);
  CHECK(age_of(standby(100, 100, false, 3605), before, 5s) == 5);
  CHECK(age_of(standby(100, 100, false, 3660), before, 60s) == 60);
  CHECK(age_of(standby(120, 120, true, {}), before, 70s) == 0);
  lag_history none;
  CHECK(age_of(standby(100, 100, false, 3600), none) == 3600);
  CHECK(age_of(standby(0, 100, false, {}), none) == -1);
}

TEST_CASE("postgres judge: limits on lag fail as lag, and a primary is not judged") {
  const auto limits = [](const char* name, const char* value) {
    return fakes::options{{"replication_lag", fakes::map_of({{name, fakes::text(value)}})}};
  };
  CHECK(judged(standby(3000, 1000, true, 10), limits("time", "5s")).reason == reason::lag);
  CHECK(judged(standby(3000, 1000, true, 10), limits("time", "20s")).verdict == verdict::pass);
  CHECK(judged(standby(3000, 1000, true, 10), limits("bytes", "2kB")).reason == reason::lag);
  CHECK(judged(standby(3000, 1000, true, 10), limits("bytes", "1MiB")).verdict == verdict::pass);
  const auto unknown = judged(standby(0, 1000, false, {}), limits("time", "20s"));
  CHECK(fakes::described(unknown) ==
        "fail lag: db:5432: receives nothing from its primary, and has replayed no transaction since its start");
  auto primary = standby(3000, 1000, false, 10);
  primary.standby = false;
  CHECK(judged(primary, limits("time", "5s")).verdict == verdict::pass);
}

TEST_CASE("postgres judge: the first of several findings gives the reason, and all are told") {
  auto seen = standby(3000, 1000, true, 10);
  seen.lock_waits = 9;
  const auto out = judged(seen, {{"role", fakes::text("primary")}, {"lock_waits", fakes::text("5")}});
  CHECK(fakes::described(out) ==
        "fail role: db:5432: is a standby, which accepts no writes; expected a primary; db:5432: sessions that wait "
        "for a lock: 9 (limit 5)");
}

TEST_CASE("postgres state: only what the options ask for is selected, and read in the same order") {
  postgres_options options;
  CHECK(begin_and_ask(options, 1500ms) ==
        "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = 1500; SELECT "
        "pg_is_in_recovery(), current_setting('default_transaction_read_only')");
  CHECK(read_state(options, {"t", "on"})->standby);
  CHECK(read_state(options, {"t", "on"})->refuses_writes);
  CHECK_FALSE(read_state(options, {"f", "off"})->standby);
  for (const auto& bad : {row{}, row{"t"}, row{"t", "on", "x"}}) CHECK_FALSE(read_state(options, bad));
  options.connections.fail = percent{90};
  options.lock_waits.fail = 5;
  options.oldest_transaction.fail = 1s;
  options.replication_lag.emplace();
  const auto seen = read_state(options, {"t", "off", "7", "97", "500", "400", "1", "2.5", "-1.5", "3", "4"});
  REQUIRE(seen);
  CHECK(seen->connections == 7);
  CHECK(seen->usable_connections == 97);
  CHECK(seen->received == 500);
  CHECK(seen->replayed == 400);
  CHECK(seen->receiving);
  CHECK(seen->since_replay->count() == 2.5);
  CHECK(seen->oldest_transaction.count() == 0);  // a clock that was set back
  CHECK(seen->hidden_sessions == 3);
  CHECK(seen->lock_waits == 4);
  CHECK_FALSE(read_state(options, {"t", "off", "x", "97", "500", "400", "1", "2.5", "1", "3", "4"}));
  CHECK(read_state(options, {"f", "off", "7", "97", {}, {}, "0", {}, {}, "0", "0"})->since_replay == std::nullopt);
}
