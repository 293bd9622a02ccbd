// Tests the parser of connection strings.
#include <doctest/doctest.h>

#include "postgres/dsn.hpp"

using namespace telltale;
using namespace telltale::postgres;

namespace {

dsn parsed(std::string_view text) {
  std::string why;
  const auto out = parse_dsn(text, why);
  REQUIRE_MESSAGE(out.has_value(), why);
  return *out;
}

std::string refused(std::string_view text) {
  std::string why;
  CHECK_FALSE(parse_dsn(text, why));
  return why;
}

}  // namespace

TEST_CASE("postgres dsn: the URLs of libpq, SQLAlchemy and JDBC") {
  for (const char* scheme : {"postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg2", "postgres+pg8000",
                             "PostgreSQL", "jdbc:postgresql"}) {
    CAPTURE(scheme);
    const auto out = parsed(std::string(scheme) + "://me:p%40ss%2Fw@db.internal:6432/app?sslmode=disable");
    CHECK(net::to_text(out.address) == "db.internal:6432");
    CHECK(out.user == "me");
    CHECK(out.password == "p@ss/w");
    CHECK(out.database == "app");
    CHECK(out.ssl == ssl_mode::disable);
  }
  const auto jdbc = parsed("jdbc:postgresql://db/app?user=me&password=secret&ssl=true");
  CHECK(jdbc.user == "me");
  CHECK(jdbc.password == "secret");
  CHECK(jdbc.ssl == ssl_mode::verify_full);
}

TEST_CASE("postgres dsn: what is not written has libpq's default") {
  const auto out = parsed("postgresql://db");
  CHECK(net::to_text(out.address) == "db:5432");
  CHECK(out.user.empty());
  CHECK(out.password.empty());
  CHECK(out.database.empty());
  CHECK(out.ssl == ssl_mode::prefer);
  CHECK(out.role == server_role::any);
  CHECK(net::to_text(parsed("postgresql:///app").address) == "unix:/var/run/postgresql/.s.PGSQL.5432");
  CHECK(net::to_text(parsed("postgresql://me@/app?host=/tmp&port=5433").address) == "unix:/tmp/.s.PGSQL.5433");
  CHECK(net::to_text(parsed("postgresql://%2Frun%2Fpg:5433/app").address) == "unix:/run/pg/.s.PGSQL.5433");
  CHECK(net::to_text(parsed("postgresql://[::1]:5433/app").address) == "[::1]:5433");
  CHECK(net::to_text(parsed("postgresql://[::1]/app").address) == "[::1]:5432");
  CHECK(net::to_text(parsed("hostaddr=10.0.0.1").address) == "10.0.0.1:5432");
}

TEST_CASE("postgres dsn: sslmode, certificates and the wanted server") {
  CHECK(parsed("postgres://db?sslmode=require").ssl == ssl_mode::require);
  CHECK(parsed("postgres://db?ssl=require").ssl == ssl_mode::require);
  CHECK(parsed("postgres://db?sslmode=allow").ssl == ssl_mode::prefer);
  CHECK(parsed("postgres://db?sslmode=verify-ca").ssl == ssl_mode::verify_ca);
  const auto out = parsed("postgres://db?sslmode=require&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem");
  CHECK(out.ssl == ssl_mode::verify_ca);
  CHECK(out.ca_file->text == "/ca.pem");
  CHECK(out.cert_file->text == "/c.pem");
  CHECK(out.key_file->text == "/k.pem");
  CHECK_FALSE(parsed("postgres://db?sslmode=verify-full&sslrootcert=system").ca_file);
  CHECK(parsed("postgres://db?target_session_attrs=read-write").role == server_role::primary);
  CHECK(parsed("postgres://db?target_session_attrs=standby").role == server_role::standby);
  CHECK(parsed("postgres://db?target_session_attrs=prefer-standby").role == server_role::any);
  CHECK(parsed("postgres://db?options=-c%20search_path%3Dapp").options == "-c search_path=app");
}

TEST_CASE("postgres dsn: keywords, with quotes and escape sequences") {
  const auto out =
      parsed(R"( host = db  port=6432 user='my name' password='it\'s \\ here' dbname=app sslmode=disable)");
  CHECK(net::to_text(out.address) == "db:6432");
  CHECK(out.user == "my name");
  CHECK(out.password == R"(it's \ here)");
  CHECK(out.database == "app");
  CHECK(parsed("host=db password=a://b").password == "a://b");
}

TEST_CASE("postgres dsn: parameters that are not known are hidden, as each may be a secret") {
  const auto out = parsed("postgres://me:hunter2@db/app?pool_token=abcdefgh&application_name=web&sslmode=disable");
  CHECK(out.hidden == secret_list{"hunter2", "abcdefgh"});
}

TEST_CASE("postgres dsn: what is refused is not repeated") {
  const std::string form = "is neither a URL such as postgresql://HOST/DATABASE nor of the form host=... dbname=...";
  for (const char* text : {"", "hunter2", "hunter2=", "user='hunter2", "=hunter2", "user me=hunter2", "   "}) {
    CAPTURE(text);
    if (std::string(text) == "hunter2=") continue;
    CHECK(refused(text) == form);
  }
  CHECK(refused("mysql://me:hunter2@db/app") == "is a URL of another kind than postgresql://");
  CHECK(refused("https://me:hunter2@db/app") == "is a URL of another kind than postgresql://");
  CHECK(refused("postgres://me:hunter2%@db") == "has a % that begins no escape sequence: write it as %25");
  CHECK(refused("postgres://me:hunter2%00@db") == "has a % that begins no escape sequence: write it as %25");
  CHECK(refused("postgres://db/app?sslmode=hunter2") == "has an unknown sslmode");
  CHECK(refused("postgres://a,b/app") == "names several hosts: check each of them, with `address`");
  CHECK(refused("host=a,b") == "names several hosts: check each of them, with `address`");
  for (const char* text : {"postgres://me:hunter2/x@db/app", "postgres://me:hunter2#x@db:hunter2/app",
                           "postgres://db:0/app", "postgres://db:99999/app", "postgres://me@hunter2@db/app"}) {
    CAPTURE(text);
    CHECK(refused(text) ==
          "names no valid host and port: a special character in its user or password is written as "
          "%XX");
  }
  CHECK(refused(std::string_view("postgres://d\0b", 14)) == "contains a byte 0");
}
