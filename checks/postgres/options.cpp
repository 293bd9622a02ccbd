// Declares the options of the postgres check and the rules between them. No I/O.
#include "postgres/options.hpp"

#include <fmt/format.h>

#include "postgres/statement.hpp"

namespace telltale {
namespace postgres {
namespace {

/// The first option that has no effect without a login; empty when there is none.
std::string_view needs_login(const postgres_options& of) {
  if (of.password) return "password";
  if (of.query) return "query";
  if (of.role != server_role::any) return "role";
  if (is_set(of.connections)) return "connections";
  if (of.replication_lag) return "replication_lag";
  if (is_set(of.oldest_transaction)) return "oldest_transaction";
  return is_set(of.lock_waits) ? "lock_waits" : "";
}

void check_name(const std::optional<std::string>& name, const char* option, source_location at, problems& errors) {
  if (name && (name->empty() || name->find('\0') != std::string::npos))
    errors.add(at, fmt::format("{}: expected a name", option));
}

void check_target(const postgres_options& of, source_location at, problems& errors) {
  if (!of.dsn && !of.address) errors.add(at, "dsn or address is required: where the server is");
  if (!of.address) return;
  if (of.address->kind == net::endpoint::kind_t::udp)
    errors.add(at, "address: PostgreSQL needs a connection; use HOST:PORT");
  if (of.tls == true && of.address->kind == net::endpoint::kind_t::unix_socket)
    errors.add(at, "tls: PostgreSQL offers no TLS on a Unix socket");
}

}  // namespace

options_of<lag_limits> lag_limits::declared() {
  return options_of<lag_limits>()
      .optional("bytes", &lag_limits::size, "WAL that the standby has received and not replayed.")
      .optional("time", &lag_limits::time,
                "Time since the standby had replayed everything, or since the last transaction that it has replayed. "
                "At least twice the interval.");
}

}  // namespace postgres

options_of<postgres_options> postgres_options::declared() {
  using self = postgres_options;
  return options_of<self>()
      .optional("dsn", &self::dsn,
                "The connection string of an application, as {env: DATABASE_URL} or {file: ...}: a URL (postgresql://, "
                "postgres://, also postgresql+asyncpg:// and other drivers of SQLAlchemy, jdbc:postgresql://) or "
                "`host=... user=...`. Options given besides it replace its parts.")
      .optional("address", &self::address,
                "Where to connect: HOST:PORT, [IPV6]:PORT or unix:/run/postgresql/.s.PGSQL.5432. At most 8 addresses "
                "of a name are tried.")
      .optional("user", &self::user, "The role to log in as.")
      .optional("password", &self::password,
                "Its password, as {file: ...} or {env: ...}. It is sent in clear text only where the server asks for "
                "it, over a Unix socket, loopback or TLS that the configuration demands.")
      .optional("database", &self::database, "The database; by default the one with the name of the user.")
      .optional("mode", &self::mode,
                "query logs in and runs a query; ready does what pg_isready does: the server answers, and no login is "
                "completed.")
      .optional("query", &self::query,
                "One SELECT to run in a read-only transaction. The first value of its first row is the result; a "
                "boolean is true or false.")
      .optional("expect", &self::expect,
                "Expectation of the query's result: a value, or an operator (== != < <= > >= ~ !~) and a value.")
      .optional("role", &self::role, "What the server has to be: a primary that accepts writes, or a standby.")
      .optional("connections", &self::connections,
                "Limit on the connections in use, as a share of max_connections without the reserved ones.")
      .optional("replication_lag", &self::replication_lag,
                "Limits on how far a standby is behind its primary; a primary is not judged.")
      .optional("oldest_transaction", &self::oldest_transaction,
                "Limit on the age of the oldest open transaction of a client, prepared ones included. Needs pg_monitor "
                "to see those of other roles.")
      .optional("lock_waits", &self::lock_waits, "Limit on the sessions that wait for a lock.")
      .optional("tls", &self::tls,
                "true: only over TLS, with the options `ca_file` to `certificate`; false: never. By default as sslmode "
                "of the dsn says, or else TLS without verification if the server offers it, as libpq does (prefer).")
      .include(&self::security)
      .include(&self::kept)
      .include(&self::network);
}

void postgres_options::validate(source_location at, problems& errors) const {
  using namespace postgres;
  check_target(*this, at, errors);
  check_name(user, "user", at, errors);
  check_name(database, "database", at, errors);
  if (mode == probe_mode::query && !dsn && !user) errors.add(at, "user is required to log in");
  if (const auto unused = needs_login(*this); mode == probe_mode::ready && !unused.empty())
    errors.add(at, fmt::format("{}: has no effect with `mode: ready`, which completes no login", unused));
  if (query && !reads_only(*query))
    errors.add(at, "query: expected one statement that begins with SELECT, WITH, VALUES, TABLE or SHOW");
  if (expect && !query) errors.add(at, "expect: needs a `query` whose value it is compared with");
  if (tls != true && security.any()) errors.add(at, "the TLS options, such as ca_file, need `tls: true`");
}

std::vector<option_hint> postgres_options::hints() const {
  using namespace postgres;
  std::vector<option_hint> out;
  if (mode == probe_mode::ready)
    out.push_back({"mode",
                   "mode: ready passes before the application's database exists and with a wrong password - log in as "
                   "the application does, without this option"});
  if (role == server_role::primary && replication_lag)
    out.push_back({"replication_lag", "replication_lag: a primary has none - check it on each standby"});
  return out;
}

}  // namespace telltale
