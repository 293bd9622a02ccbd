// Each group of columns is the text of its expressions and the code that reads their values.
#include "postgres/server_state.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/words.hpp"

namespace telltale::postgres {
namespace {

using seconds = std::chrono::duration<double>;

/// Takes the values of a row, in the order of the columns.
class value_reader {
 public:
  explicit value_reader(const row& of) : row_(of) {}
  bool flag(std::string_view yes) {
    const auto* text = next();
    return text && *text == yes;
  }
  /// NULL is 0.
  std::uint64_t count() {
    const auto* text = next();
    return text ? number<std::uint64_t>(*text).value_or(0) : 0;
  }
  std::optional<seconds> duration() {
    const auto* text = next();
    const auto value = text ? number<double>(*text) : std::nullopt;
    return value ? std::optional(seconds(std::max(*value, 0.0))) : std::nullopt;
  }
  bool complete() const { return good_ && next_ == row_.size(); }

 private:
  const std::string* next() {
    good_ &= next_ < row_.size();
    if (!good_) return nullptr;
    const auto& out = row_[next_++];
    return out ? &*out : nullptr;
  }
  template <class T>
  std::optional<T> number(std::string_view text) {
    const auto out = number_in<T>(text);
    good_ &= out.has_value();
    return out;
  }

  const row& row_;
  std::size_t next_ = 0;
  bool good_ = true;
};

struct column_group {
  bool (*wanted)(const postgres_options&);
  std::string_view sql;
  void (*read)(value_reader&, server_state&);
};

/// For PostgreSQL 10 and later. A session of another role shows its database and role, and nothing else; workers and
/// background processes have no role, and senders of WAL no database.
constexpr column_group groups[] = {
    {[](const postgres_options&) { return true; },
     "pg_is_in_recovery(), current_setting('default_transaction_read_only')",
     [](value_reader& values, server_state& into) {
       into.standby = values.flag("t");
       into.refuses_writes = values.flag("on");
     }},
    {[](const postgres_options& of) { return is_set(of.connections); },
     "(SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL AND "
     "backend_type IS DISTINCT FROM 'parallel worker'), "
     "current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - "
     "coalesce(current_setting('reserved_connections', true), '0')::int",
     [](value_reader& values, server_state& into) {
       into.connections = values.count();
       into.usable_connections = values.count();
     }},
    {[](const postgres_options& of) { return of.replication_lag.has_value(); },
     "pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN "
     "greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) END, '0/0'), "
     "pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END, '0/0'), "
     "(SELECT count(*) FROM pg_stat_wal_receiver WHERE pid IS NOT NULL), "
     "extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())",
     [](value_reader& values, server_state& into) {
       into.received = values.count();
       into.replayed = values.count();
       into.receiving = values.count() > 0;
       into.since_replay = values.duration();
     }},
    {[](const postgres_options& of) { return is_set(of.oldest_transaction); },
     "extract(epoch FROM clock_timestamp() - least("
     "(SELECT min(xact_start) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
     "pg_backend_pid()), "
     "(SELECT min(prepared) FROM pg_prepared_xacts))), "
     "(SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL AND backend_type IS "
     "NULL)",
     [](value_reader& values, server_state& into) {
       into.oldest_transaction = values.duration().value_or(seconds(0));
       into.hidden_sessions = values.count();
     }},
    {[](const postgres_options& of) { return is_set(of.lock_waits); },
     "(SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted)",
     [](value_reader& values, server_state& into) { into.lock_waits = values.count(); }},
};

}  // namespace

std::string begin_and_ask(const postgres_options& options, std::chrono::milliseconds limit) {
  std::string columns;
  for (const auto& group : groups) {
    if (!group.wanted(options)) continue;
    if (!columns.empty()) columns += ", ";
    columns += group.sql;
  }
  return fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = {}; SELECT {}",
                     limit.count(), columns);
}

std::optional<server_state> read_state(const postgres_options& options, const row& answer) {
  server_state out;
  value_reader values(answer);
  for (const auto& group : groups)
    if (group.wanted(options)) group.read(values, out);
  return values.complete() ? std::optional(out) : std::nullopt;
}

}  // namespace telltale::postgres
