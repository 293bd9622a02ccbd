// The postgres check against PostgreSQL 15 from Debian's package.
#include <algorithm>

#include "checks/postgres/app_server.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

const char* const healthy = "pass ok: db.test:5432: primary, answers queries";

}  // namespace

TEST_CASE("postgres server: each method of authentication logs in, and a wrong or missing password does not") {
  if (postgres_skipped()) return;
  app_server server;
  for (const std::string method : {"trust", "md5", "scram-sha-256"}) {
    server.rule(method);
    for (const std::string user : {"app", "old"}) {
      if (method == "scram-sha-256" && user == "old") continue;  // has no keys for SCRAM
      CAPTURE(method);
      CAPTURE(user);
      const auto out = server.probed({{"user", text(user)}});
      CHECK(described(out) == healthy);
      CHECK(out.measured("login_seconds"));
      CHECK(out.measured("reply_seconds"));
      CHECK(out.measured("standby") == 0);
      if (method == "trust") continue;
      CHECK(described(server.probed({{"user", text(user)}}, "hunter3hunter3")) ==
            "fail auth: db.test:5432: the server does not accept the password: 'password authentication failed for "
            "user \"" +
                user + "\"' (28P01)");
      CHECK(described(server.probed({{"user", text(user)}}, "")) ==
            "fail auth: db.test:5432: the server asks for a password, and none is configured");
    }
  }
  server.rule("reject");
  CHECK(missing(described(server.probed({})), "fail auth: db.test:5432: the server refuses the login: 'pg_hba.conf") ==
        "");
  server.rule("gss");
  CHECK(server.probed({}).reason == reason::auth);
}

TEST_CASE("postgres server: a password in clear text is sent only where nobody but the server can ask for it") {
  if (postgres_skipped()) return;
  app_server server("password", {"ssl=on"});
  const std::string refused = "the server asks for the password in clear text, which is only sent over";
  CHECK(contains(server.probed({}).message, refused));
  CHECK(contains(server.probed({{"tls", text("false")}}).message, refused));
  const options verified{{"tls", text("true")}, {"ca_file", text(server.certificate())}};
  CHECK(described(server.probed(verified)) == healthy);
  CHECK(described(server.probed({{"tls", text("true")}, {"insecure", text("true")}})) == healthy);
  options loopback{{"address", text("127.0.0.1:" + server.port())}};
  CHECK(server.probed(loopback).verdict == verdict::pass);
  server.set_rules("local all all password\n");
  server.reload();
  options local{{"address", text("unix:" + server.socket())}};
  CHECK(described(server.probed(local)) == "pass ok: unix:" + server.socket() + ": primary, answers queries");
}

TEST_CASE("postgres server: TLS is used when the server offers it, demanded, or never used") {
  if (postgres_skipped()) return;
  app_server server("scram-sha-256", {"ssl=on"});
  const auto over_tls = [&](options chosen) {
    const auto out = server.probed(std::move(chosen));
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
    return out.measured("tls_seconds").has_value();
  };
  CHECK(over_tls({}));
  CHECK_FALSE(over_tls({{"tls", text("false")}}));
  CHECK(over_tls({{"tls", text("true")}, {"ca_file", text(server.certificate())}}));
  CHECK(server.probed({{"tls", text("true")}}).reason == reason::tls);
  server.set_rules("hostssl all all 127.0.0.1/32 scram-sha-256\n");
  server.reload();
  CHECK(over_tls({}));
  CHECK(server.probed({{"tls", text("false")}}).reason == reason::auth);
  server.restart({"ssl=off"});
  server.rule("scram-sha-256");
  CHECK_FALSE(over_tls({}));
  CHECK(server.probed({{"tls", text("true")}, {"insecure", text("true")}}).reason == reason::tls);
}

TEST_CASE("postgres server: the connection strings of applications") {
  if (postgres_skipped()) return;
  const app_server server("scram-sha-256");
  const auto probed = [&](const std::string& dsn) {
    postgres_runs check({{"dsn", secret_text(dsn, "TELLTALE_TEST_DSN")}}, server.endpoint());
    const auto out = check.run();
    CAPTURE(out.message);
    CHECK_FALSE(contains(out.message, "hunter"));
    return to_string(out.reason);
  };
  const auto at = "@db.test:" + server.port() + "/app";
  for (const std::string scheme : {"postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg2"})
    CHECK(probed(scheme + "://app:hunter2hunter2" + at) == "ok");
  CHECK(probed("postgresql://app:hunter2%68unter2" + at + "?sslmode=disable&application_name=web") == "ok");
  CHECK(probed("postgresql://app:hunter3hunter3" + at) == "auth");
  CHECK(probed("postgresql://app:hunter2hunter2@/nowhere?host=" + server.folder() + "&port=" + server.port()) ==
        "auth");  // local has no rule
  CHECK(probed("host=db.test port=" + server.port() + " user=app password='hunter2hunter2' dbname=app") == "ok");
  CHECK(probed("postgresql://app:hunter2hunter2" + at + "?sslmode=require") == "tls");
  CHECK(probed("postgresql://app:hunter2hunter2" + at + "?target_session_attrs=read-write") == "ok");
  CHECK(probed("postgresql://app:hunter2hunter2" + at + "?target_session_attrs=standby") == "role");
  CHECK(probed("postgresql://app:hunter2hunter2" + at + "?options=-c%20nonsense%3D1") == "mismatch");
}

TEST_CASE("postgres server: a missing database, the share of connections in use, and none that is left") {
  if (postgres_skipped()) return;
  app_server server("trust", {"max_connections=5", "superuser_reserved_connections=1", "max_wal_senders=0"});
  postgres_runs nowhere({{"address", text("db.test:1")}, {"user", text("app")}, {"database", text("nowhere")}},
                        server.endpoint());
  CHECK(described(nowhere.run()) ==
        "fail missing: db.test:1: the database does not exist: 'database \"nowhere\" does not exist' (3D000)");
  options limited{{"connections", map_of({{"warn", text("20%")}, {"fail", text("90%")}})}};
  const auto few = server.probed(limited);
  CHECK(described(few) == "warn threshold: db.test:5432: connections in use: 25% (limit 20%)");
  CHECK(few.measured("connections") == 1);
  CHECK(few.measured("connections_ratio") == 0.25);
  std::vector<std::unique_ptr<postgres_runs>> open;
  for (int i = 0; i < 4; ++i) {
    open.push_back(std::make_unique<postgres_runs>(server.chosen({}), server.endpoint()));
    CHECK(open.back()->run().verdict == verdict::pass);
  }
  CHECK(missing(described(server.probed({})), "fail overload: db.test:5432: the server has no connection left: ") ==
        "");
  options ready{{"mode", text("ready")}, {"address", text("db.test:1")}, {"user", text("app")}};
  CHECK(postgres_runs(ready, server.endpoint()).run().reason == reason::overload);
  open.clear();
}

TEST_CASE("postgres server: the query and its expectation") {
  if (postgres_skipped()) return;
  const app_server server("trust");
  CHECK(server
            .sql("CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ($$8f3c2a1b$$); "
                 "GRANT SELECT ON alembic_version TO app; CREATE TABLE secret (id serial)",
                 "app")
            .empty());
  const auto probed = [&](const std::string& query, const char* expected = nullptr) {
    options chosen{{"query", text(query)}};
    if (expected) chosen.emplace_back("expect", text(expected));
    return described(server.probed(chosen)).substr(0, 150);
  };
  const std::string version = "SELECT version_num FROM alembic_version";
  const auto passed = std::string(healthy) + ", query returns ";
  CHECK(probed(version, "8f3c2a1b") == passed + "'8f3c2a1b'");
  CHECK(probed(version, "other") == "fail mismatch: db.test:5432: the query returns '8f3c2a1b', expected other");
  CHECK(probed("SELECT 1 WHERE false", "1") == "fail mismatch: db.test:5432: the query returns no row, expected 1");
  CHECK(probed("SELECT NULL", "NULL") == passed + "NULL");
  CHECK(probed("SELECT count(*) > 0 FROM alembic_version", "true") == passed + "'true'");
  CHECK(probed("SELECT generate_series(7, 1000000)", "7") == passed + "'7'");
  CHECK(probed("VALUES (1.50)", "1.5") == passed + "'1.50'");
  CHECK(probed("SHOW server_encoding", "UTF8") == passed + "'UTF8'");
  CHECK(probed("SELECT now()::date", "> 2020-01-01").starts_with("pass"));
  CHECK(probed("SELECT") == passed + "no row");
  CHECK(probed("SELECT repeat('x', 100000)").starts_with("fail protocol"));
  CHECK(probed("SELECT * FROM nowhere") ==
        "fail mismatch: db.test:5432: the server rejects the query: 'relation \"nowhere\" does not exist' (42P01)");
  CHECK(probed("SELECT * FROM secret").starts_with("fail denied: db.test:5432: the role lacks a privilege"));
  CHECK(probed("SELECT 1/0").starts_with("fail mismatch: db.test:5432: the query fails: 'division by zero'"));
  CHECK(probed("SELECT 1; SELECT 2").starts_with("fail mismatch: db.test:5432: the server rejects the query: 'cannot"));
}

TEST_CASE("postgres server: nothing can be written, and no statement outlives the run") {
  if (postgres_skipped()) return;
  const app_server server("trust");
  server.sql("CREATE TABLE t (id int); GRANT ALL ON t TO app; CREATE SEQUENCE s; GRANT ALL ON s TO app", "app");
  const auto probed = [&](const std::string& query, std::chrono::milliseconds timeout) {
    postgres_runs check(server.chosen({{"query", text(query)}}), server.endpoint());
    return check.run(timeout);
  };
  for (const char* query : {"WITH x AS (INSERT INTO t VALUES (1) RETURNING id) SELECT * FROM x",
                            "SELECT nextval($$s$$)", "SELECT 1 INTO other", "SELECT * FROM t FOR UPDATE"}) {
    CAPTURE(query);
    const auto out = probed(query, 10s);
    CAPTURE(out.message);
    CHECK(out.reason == reason::readonly);
  }
  CHECK(server.sql("SELECT count(*) FROM t", "app") == "0");
  const auto slow = probed("SELECT pg_sleep(60)", 3s);
  CHECK(described(slow) ==
        "fail timeout: db.test:5432: the server cancelled the query: 'canceling statement due to statement timeout' "
        "(57014)");
  CHECK(server.sql("SELECT count(*) FROM pg_stat_activity WHERE query ~ $$sleep$$ AND pid <> pg_backend_pid()") == "0");
}

TEST_CASE("postgres server: the role, settings that refuse writes, old transactions and waits for locks") {
  if (postgres_skipped()) return;
  const app_server server("trust");
  CHECK(described(server.probed({{"role", text("primary")}})) == healthy);
  CHECK(described(server.probed({{"role", text("standby")}})) ==
        "fail role: db.test:5432: is a primary, expected a standby");
  server.sql("ALTER DATABASE app SET default_transaction_read_only = on");
  CHECK(described(server.probed({{"role", text("primary")}})) ==
        "fail readonly: db.test:5432: accepts no writes: default_transaction_read_only is on");
  CHECK(described(server.probed({})) == healthy);

  const options limits{{"oldest_transaction", text("1ms")}, {"lock_waits", map_of({{"warn", text("1")}})}};
  CHECK(described(server.probed(limits)) == healthy);
  server.sql("CREATE TABLE t (id int)");
  const session_of_psql holds(server, "BEGIN; LOCK TABLE t; SELECT pg_sleep(60);");
  server.await("SELECT count(*) FROM pg_locks WHERE mode = $$AccessExclusiveLock$$ AND granted", "1");
  const session_of_psql waits(server, "LOCK TABLE t IN SHARE MODE; SELECT 1;", "BEGIN;");
  server.await("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
  auto out = server.probed(limits);
  CHECK(contains(out.message, "sessions of other roles are hidden, so oldest_transaction is not known"));
  CHECK(contains(out.message, "sessions that wait for a lock: 1 (limit 1)"));
  CHECK(out.verdict == verdict::warn);
  server.sql("GRANT pg_monitor TO app");
  out = server.probed(limits);
  CHECK(missing(described(out), "fail threshold: db.test:5432: oldest transaction ") == "");
  CHECK(out.measured("oldest_transaction_seconds").value_or(0) > 0);
  CHECK(out.measured("lock_waits") == 1);
}

TEST_CASE("postgres server: mode ready needs no password, database or existing user") {
  if (postgres_skipped()) return;
  app_server server("scram-sha-256");
  const auto probed = [&](options chosen) {
    chosen.emplace_back("mode", text("ready"));
    chosen.emplace_back("address", text("db.test:1"));
    return described(postgres_runs(std::move(chosen), server.endpoint()).run());
  };
  const char* const accepts = "pass ok: db.test:1: accepts connections";
  CHECK(probed({}) == accepts);
  CHECK(probed({{"user", text("app")}, {"database", text("nowhere")}}) == accepts);
  server.rule("trust");
  CHECK(probed({}) == accepts);
  CHECK(probed({{"user", text("app")}, {"database", text("nowhere")}}) == accepts);
  CHECK(probed({{"user", text("app")}}) == accepts);
  server.rule("reject");
  CHECK(probed({}) == accepts);
  server.stop();
  CHECK(missing(probed({}), "fail refused: ") == "");
}

TEST_CASE("postgres server: one connection is kept, named after telltale, and replaced when the server ends it") {
  if (postgres_skipped()) return;
  app_server server("scram-sha-256");
  postgres_runs check(server.chosen({}), server.endpoint());
  const std::string mine = "FROM pg_stat_activity WHERE usename = $$app$$";
  for (int i = 0; i < 5; ++i) {
    const auto out = check.run();
    CHECK(described(out) == healthy);
    CHECK(out.measured("login_seconds").has_value() == (i == 0));
  }
  CHECK(server.sql("SELECT count(*) " + mine) == "1");
  CHECK(server.sql("SELECT application_name ~ $$^telltale/[0-9]$$, state, query " + mine) == "t|idle|ROLLBACK");
  CHECK(server.sql("SELECT pg_terminate_backend(pid) " + mine) == "t");
  server.await("SELECT count(*) " + mine, "0");
  const auto again = check.run();
  CHECK(described(again) == healthy);
  CHECK(again.measured("login_seconds"));
  server.stop();
  CHECK(check.run().reason == reason::refused);
  server.restart({});
  CHECK(described(check.run()) == healthy);
}

TEST_CASE("postgres server: a server that shuts down with clients connected declines new ones") {
  if (postgres_skipped()) return;
  app_server server("trust");
  postgres_runs stays(server.chosen({}), server.endpoint());
  CHECK(stays.run().verdict == verdict::pass);
  server.signal(SIGTERM);  // smart: waits for the clients
  const auto out = server.probed({});
  CHECK(described(out) ==
        "fail refused: db.test:5432: the server shuts down: 'the database system is shutting down' (57P03)");
  CHECK(stays.run().verdict == verdict::pass);
}

TEST_CASE("postgres server: no run leaves an error in the server's log") {
  if (postgres_skipped()) return;
  app_server server("scram-sha-256");
  {
    postgres_runs kept(server.chosen({{"query", text("SELECT 1")}}), server.endpoint());
    for (int i = 0; i < 3; ++i) CHECK(kept.run().verdict == verdict::pass);
  }
  CHECK(server.probed({{"reconnect", text("0s")}}).verdict == verdict::pass);
  CHECK(server.probed({{"connections", text("1%")}}).verdict == verdict::fail);
  options ready{{"mode", text("ready")}, {"address", text("db.test:1")}, {"user", text("app")}};
  CHECK(postgres_runs(ready, server.endpoint()).run().verdict == verdict::pass);
  server.await("SELECT count(*) FROM pg_stat_activity WHERE usename = $$app$$", "0");
  auto log = server.log();
  log.resize(log.find("received fast shutdown request"));  // behind it are sessions of psql that had not ended yet
  for (const char* word : {"ERROR", "FATAL", "WARNING", "unexpected", "could not", "incomplete"})
    CHECK_MESSAGE(!contains(log, word), log);
}
