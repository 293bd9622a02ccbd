// The postgres check against a standby of PostgreSQL 15: its role, its lag, and its start.
#include "checks/postgres/app_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

options lag_of(const app_server& primary, const char* time, const char* size = "1GiB") {
  return primary.chosen(
      {{"role", text("standby")}, {"replication_lag", map_of({{"time", text(time)}, {"bytes", text(size)}})}});
}

/// Writes on the primary, so that there is something to replay, until the standby has received it.
void write_some(const app_server& primary, const postgres_server& standby) {
  primary.sql("INSERT INTO t SELECT generate_series(1, 1000)", "app");
  const auto position = primary.sql("SELECT pg_current_wal_lsn()");
  for (int i = 0; i < 1000; ++i)
    if (standby.sql("SELECT pg_last_wal_receive_lsn() >= $$" + position + "$$") == "t") return;
  FAIL("the standby has not received what the primary has written");
}

void await(const postgres_server& server, const std::string& statement, const std::string& answer) {
  std::string last;
  for (int i = 0; i < 1000 && last != answer; ++i) last = server.sql(statement);
  CHECK_MESSAGE(last == answer, statement);
}

}  // namespace

TEST_CASE("postgres standby: role, lag that is made and healed, and a primary that is gone") {
  if (postgres_skipped()) return;
  app_server primary("trust", {"hot_standby_feedback=on"});
  primary.sql("CREATE TABLE t (id int)", "app");
  postgres_server standby(primary);
  standby.start("host all all 127.0.0.1/32 trust\n", {"wal_retrieve_retry_interval=200ms"},
                "ready to accept read-only connections");
  await(standby, "SELECT status FROM pg_stat_wal_receiver", "streaming");
  postgres_runs check(lag_of(primary, "1h"), standby.endpoint());
  postgres_runs strict(lag_of(primary, "1ms"), standby.endpoint());
  postgres_runs small(lag_of(primary, "1h", "1kB"), standby.endpoint());

  write_some(primary, standby);
  await(standby, "SELECT pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()", "t");
  auto out = check.run();
  CHECK(described(out) == "pass ok: db.test:5432: standby, answers queries");
  CHECK(out.measured("standby") == 1);
  CHECK(out.measured("replication_lag_bytes") == 0);
  CHECK(out.measured("replication_lag_seconds") == 0);
  CHECK(strict.run().verdict == verdict::pass);  // 0 bytes behind is no lag, however long ago the last transaction was
  postgres_runs wants_primary(primary.chosen({{"role", text("primary")}}), standby.endpoint());
  CHECK(described(wants_primary.run()) ==
        "fail role: db.test:5432: is a standby, which accepts no writes; expected a primary");

  standby.sql("SELECT pg_wal_replay_pause()");
  await(standby, "SELECT pg_get_wal_replay_pause_state()", "paused");
  write_some(primary, standby);
  out = check.run();
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("replication_lag_bytes").value_or(0) > 1000);
  CHECK(out.measured("replication_lag_seconds").value_or(0) > 0);
  out = strict.run();
  CHECK(out.reason == reason::lag);
  CHECK(missing(out.message, "db.test:5432: behind its primary for ") == "");
  out = small.run();
  CHECK(out.reason == reason::lag);
  CHECK(missing(out.message, "db.test:5432: not replayed: ") == "");
  CHECK(missing(out.message, "(limit 1000 B)") == "");

  standby.sql("SELECT pg_wal_replay_resume()");
  await(standby, "SELECT pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()", "t");
  CHECK(strict.run().verdict == verdict::pass);
  CHECK(small.run().verdict == verdict::pass);

  primary.stop();
  await(standby, "SELECT count(*) FROM pg_stat_wal_receiver", "0");
  out = strict.run();
  CHECK(out.reason == reason::lag);
  CHECK(missing(out.message, "(limit 1 ms): it receives nothing from its primary") == "");
  CHECK(check.run().verdict == verdict::pass);
}

TEST_CASE("postgres standby: while it does not accept connections yet it is loading") {
  if (postgres_skipped()) return;
  const app_server primary;
  postgres_server standby(primary);
  // Without hot_standby it recovers for ever and accepts nobody.
  standby.start("host all all 127.0.0.1/32 trust\n", {"hot_standby=off"}, "redo starts");
  postgres_runs check(primary.chosen({}), standby.endpoint());
  const auto out = check.run();
  CHECK(missing(described(out), "fail loading: db.test:5432: the server is not ready: 'the database system is ") == "");
  postgres_runs ready({{"mode", text("ready")}, {"address", text("db.test:5432")}}, standby.endpoint());
  CHECK(ready.run().reason == reason::loading);
}
