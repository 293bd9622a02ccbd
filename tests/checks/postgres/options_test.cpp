// Tests the options of the postgres check, and what they and the connection string resolve to.
#include <stdexcept>

#include "checks/postgres/probe.hpp"
#include "fakes/temp_folder.hpp"
#include "postgres/plan.hpp"
#include "postgres/statement.hpp"

using namespace telltale;
using namespace telltale::fakes;
using postgres::plan;

namespace {

std::string problems_of(fakes::options chosen) {
  problems found;
  checks::postgres().validate(map_of(std::move(chosen)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}
std::string problems_with(const char* option, raw_value value) {
  return problems_of({{"address", text("db:5432")}, {"user", text("app")}, {option, std::move(value)}});
}
std::string hints_of(fakes::options chosen) {
  problems found;
  checks::postgres().hints(map_of(std::move(chosen)), found);
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

plan plan_of(fakes::options chosen) {
  problems found;
  auto options = postgres_options::declared().parse(map_of(std::move(chosen)), found);
  REQUIRE(found.empty());
  return postgres::make_plan(std::move(options));
}
plan plan_of_dsn(const std::string& dsn, fakes::options more = {}) {
  more.emplace_back("dsn", secret_text(dsn, "TELLTALE_TEST_DSN"));
  return plan_of(std::move(more));
}

}  // namespace

TEST_CASE("postgres options: each that is invalid or has no effect is rejected") {
  CHECK(problems_of({{"dsn", map_of({{"env", text("X")}})}}).empty());
  CHECK(problems_of({{"address", text("db:5432")}, {"user", text("app")}}).empty());
  CHECK(problems_of({{"address", text("unix:/run/x")}, {"mode", text("ready")}}).empty());
  CHECK(contains(problems_of({}), "dsn or address is required"));
  CHECK(contains(problems_of({{"address", text("db:5432")}}), "user is required to log in"));
  CHECK(contains(problems_of({{"dsn", text("postgres://me:secret@db")}}), "literal secrets are not accepted"));
  CHECK(contains(problems_of({{"address", text("udp:db:1")}, {"user", text("app")}}), "needs a connection"));
  CHECK(contains(problems_of({{"address", text("unix:/x")}, {"user", text("app")}, {"tls", text("true")}}),
                 "offers no TLS on a Unix socket"));
  CHECK(contains(problems_with("database", text("")), "database: expected a name"));
  CHECK(contains(problems_with("expect", text("1")), "needs a `query`"));
  CHECK(contains(problems_with("query", text("DELETE FROM t")), "begins with SELECT"));
  CHECK(contains(problems_with("ca_file", text("/ca.pem")), "need `tls: true`"));
  CHECK(problems_with("replication_lag", map_of({{"time", text("1m")}, {"bytes", text("16MiB")}})).empty());
  CHECK(contains(problems_with("replication_lag", text("1m")), "a map of options"));
  for (const auto& [name, value] : fakes::options{{"password", map_of({{"env", text("X")}})},
                                                  {"query", text("SELECT 1")},
                                                  {"role", text("primary")},
                                                  {"connections", text("90%")},
                                                  {"replication_lag", map_of({{"time", text("1m")}})},
                                                  {"oldest_transaction", text("1h")},
                                                  {"lock_waits", text("5")}}) {
    CAPTURE(name);
    CHECK(problems_with(name.c_str(), value).empty());
    CHECK(contains(problems_of({{"address", text("db:1")}, {"mode", text("ready")}, {name, value}}),
                   name + ": has no effect with `mode: ready`"));
  }
}

TEST_CASE("postgres options: hints about what proves less than it seems") {
  const fakes::options base{{"address", text("db:5432")}, {"user", text("app")}};
  CHECK(hints_of(base).empty());
  auto ready = base;
  ready.emplace_back("mode", text("ready"));
  CHECK(contains(hints_of(ready), "mode: ready passes before the application's database exists"));
  auto lag = base;
  lag.emplace_back("role", text("primary"));
  lag.emplace_back("replication_lag", map_of({{"time", text("1m")}}));
  CHECK(contains(hints_of(lag), "replication_lag: a primary has none"));
}

TEST_CASE("postgres options: only statements that read are sent") {
  using postgres::reads_only;
  for (const char* good :
       {"SELECT 1", "select 1", "  (SELECT 1)", "-- why\nSELECT 1", "/* a /* b */ c */ WITH x AS (SELECT 1) TABLE x",
        "VALUES (1)", "TABLE t", "SHOW ALL", "SELECT(1)", "\n\tSELECT\n1;"}) {
    CAPTURE(good);
    CHECK(reads_only(good));
  }
  for (const char* bad : {"", ";", "COPY t TO PROGRAM 'x'", "DELETE FROM t", "SELECTED", "selec", "BEGIN",
                          "EXPLAIN ANALYZE SELECT 1", "/* SELECT */ COPY t TO STDOUT", "-- SELECT", "/* SELECT",
                          "/* /* */ SELECT 1", "LISTEN x", "DO 'x'", "_select"}) {
    CAPTURE(bad);
    CHECK_FALSE(reads_only(bad));
  }
  CHECK_FALSE(reads_only(std::string_view("SELECT 1\0; DROP", 15)));
}

TEST_CASE("postgres options: options replace the parts of the connection string") {
  const std::string dsn = "postgresql://app:hunter2hunter2@db:5432/app?sslmode=verify-full";
  auto what = plan_of_dsn(dsn);
  CHECK(what.shown == "db:5432");
  CHECK(what.login.user == "app");
  CHECK(what.login.password == "hunter2hunter2");
  CHECK(what.database == "app");
  CHECK(what.target.tls->name == "db");
  CHECK_FALSE(what.target.tls_optional);
  CHECK(what.secrets == secret_list{"hunter2hunter2", "hunter2hunter2"});
  what = plan_of_dsn(dsn, {{"address", text("unix:/run/pg")},
                           {"user", text("other")},
                           {"database", text("o")},
                           {"password", secret_text("different")}});
  CHECK(what.shown == "unix:/run/pg");
  CHECK(what.login.user == "other");
  CHECK(what.login.password == "different");
  CHECK(what.database == "o");
  CHECK_FALSE(what.target.tls);
  CHECK_FALSE(plan_of_dsn(dsn, {{"tls", text("false")}}).target.tls);
  CHECK(plan_of_dsn("postgres://me@db?target_session_attrs=primary").role == postgres::server_role::primary);
  CHECK(plan_of_dsn("postgres://me@db?target_session_attrs=primary", {{"role", text("standby")}}).role ==
        postgres::server_role::standby);
}

TEST_CASE("postgres options: where TLS is verified, and where a password may be read") {
  const auto of = [](const std::string& dsn, fakes::options more = {}) { return plan_of_dsn(dsn, std::move(more)); };
  const auto prefers = of("postgres://me@db/app");
  CHECK(prefers.target.tls_optional);
  CHECK(prefers.target.tls->options.insecure);
  CHECK_FALSE(prefers.login.may_be_readable);
  CHECK_FALSE(of("postgres://me@db/app?sslmode=disable").login.may_be_readable);
  const auto required = of("postgres://me@db/app?sslmode=require");
  CHECK_FALSE(required.target.tls_optional);
  CHECK(required.target.tls->options.insecure);
  CHECK(required.login.may_be_readable);
  const auto chain = of("postgres://me@db/app?sslmode=verify-ca");
  CHECK_FALSE(chain.target.tls->options.insecure);
  CHECK(chain.target.tls->name.empty());
  const auto full = of("postgres://me@db/app", {{"tls", text("true")}, {"server_name", text("pg.test")}});
  CHECK_FALSE(full.target.tls->options.insecure);
  CHECK(full.target.tls->name == "pg.test");
  CHECK(full.login.may_be_readable);
  CHECK(of("postgres://me@127.0.0.1/app?sslmode=disable").login.may_be_readable);
  CHECK(of("postgres://me@/app").login.may_be_readable);
}

TEST_CASE("postgres options: errors about what cannot be used contain no part of it") {
  const auto why = [](const std::string& dsn, fakes::options more = {}) {
    try {
      plan_of_dsn(dsn, std::move(more));
    } catch (const std::runtime_error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(why("mysql://me:hunter2@db") ==
        "dsn: the text from environment variable TELLTALE_TEST_DSN is a URL of another kind than postgresql://");
  CHECK(why("postgres://:hunter2@db") == "dsn: the text names no user; give `user`");
  CHECK(why("postgres://db", {{"mode", text("ready")}}).empty());
  CHECK(why("postgres://me@/x", {{"tls", text("true")}}) == "tls: PostgreSQL offers no TLS on a Unix socket");
  const temp_folder folder;
  const auto file = folder.write("password", std::string("a\0b", 3));
  CHECK(contains(why("postgres://me@db", {{"password", map_of({{"file", text(file)}})}}), "contains a byte 0"));
}

TEST_CASE("postgres options: a connection string that was replaced in any part is used") {
  auto what = plan_of_dsn("postgresql://app:hunter2@db/shop");
  CHECK_FALSE(postgres::read_secrets(what));
  for (const char* dsn : {"postgresql://app:hunter2@db/other", "postgresql://owner:hunter2@db/other",
                          "postgresql://owner:hunter3@db/other", "postgresql://owner:hunter3@standby/other"}) {
    CAPTURE(dsn);
    secret_text(dsn, "TELLTALE_TEST_DSN");
    CHECK(postgres::read_secrets(what));
    CHECK_FALSE(postgres::read_secrets(what));
  }
}
