// Implements the judgements; each crossed limit is one finding.
#include "postgres/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/outcome.hpp>

#include "base/words.hpp"
#include "net/explain.hpp"

namespace telltale::postgres {
namespace {

using seconds = std::chrono::duration<double>;

std::chrono::nanoseconds exact(seconds span) { return std::chrono::duration_cast<std::chrono::nanoseconds>(span); }

/// "WHAT VALUE (limit BOUND)".
template <class Value, class T>
void judge_limit(net::run& now, std::string_view what, const Value& value, const upper_limit<T>& limit,
                 reason why = reason::threshold, std::string_view after = "") {
  const auto v = judge(value, limit);
  if (v == verdict::pass) return;
  now.add({v, why,
           fmt::format("{} {} (limit {}){}", what, detail::growing_text(value), detail::value_text(crossed(limit, v)),
                       after)});
}

void judge_role(net::run& now, server_role wanted, const server_state& seen) {
  if (wanted == server_role::standby && !seen.standby)
    now.add(net::failure(reason::role, "is a primary, expected a standby"));
  if (wanted != server_role::primary) return;
  if (seen.standby) now.add(net::failure(reason::role, "is a standby, which accepts no writes; expected a primary"));
  else if (seen.refuses_writes)
    now.add(net::failure(reason::readonly, "accepts no writes: default_transaction_read_only is on"));
}

void judge_connections(net::run& now, const server_state& seen, const upper_limit<percent>& limit) {
  if (!limit.warn && !limit.fail) return;
  const auto usable = std::max<std::uint64_t>(seen.usable_connections, 1);
  const auto ratio = static_cast<double>(seen.connections) / static_cast<double>(usable);
  now.found.measure("connections", static_cast<double>(seen.connections));
  now.found.measure("connections_ratio", ratio);
  judge_limit(now, "connections in use:", percent{100 * ratio}, limit);
}

void judge_lag(net::run& now, const server_state& seen, lag_history& before, const lag_limits& limits) {
  if (!seen.standby) return;
  const auto behind = bytes{seen.received - std::min(seen.received, seen.replayed)};
  const auto age = age_of_standby(seen, before, std::chrono::steady_clock::now());
  const std::string_view cut = seen.receiving ? "" : ": it receives nothing from its primary";
  now.found.measure("replication_lag_bytes", static_cast<double>(behind.count));
  judge_limit(now, "not replayed:", behind, limits.size, reason::lag);
  if (age) {
    now.found.measure("replication_lag_seconds", age->count());
    judge_limit(now, "behind its primary for", exact(*age), limits.time, reason::lag, cut);
  } else if (limits.time.warn || limits.time.fail) {
    now.add({limits.time.fail ? verdict::fail : verdict::warn, reason::lag,
             "receives nothing from its primary, and has replayed no transaction since its start"});
  }
}

void judge_transactions(net::run& now, const server_state& seen, const upper_limit<std::chrono::milliseconds>& limit) {
  if (!limit.warn && !limit.fail) return;
  now.found.measure("oldest_transaction_seconds", seen.oldest_transaction.count());
  judge_limit(now, "oldest transaction", exact(seen.oldest_transaction), limit);
  if (seen.hidden_sessions > 0)
    now.add({verdict::warn, reason::denied,
             "sessions of other roles are hidden, so oldest_transaction is not known: grant pg_monitor to the user"});
}

void judge_lock_waits(net::run& now, const server_state& seen, const upper_limit<std::uint64_t>& limit) {
  if (!limit.warn && !limit.fail) return;
  now.found.measure("lock_waits", static_cast<double>(seen.lock_waits));
  judge_limit(now, "sessions that wait for a lock:", seen.lock_waits, limit);
}

}  // namespace

std::optional<seconds> age_of_standby(const server_state& seen, lag_history& before,
                                      std::chrono::steady_clock::time_point now) {
  std::optional<seconds> out = seen.since_replay;
  if (before.when && seen.replayed >= before.received) {
    const seconds since_then = now - *before.when;
    out = std::min(out.value_or(since_then), since_then);
  }
  if (seen.receiving && seen.replayed >= seen.received) out = seconds(0);
  if (seen.receiving) before = {now, seen.received};
  return out;
}

void judge_state(net::run& now, const plan& what, const server_state& seen, lag_history& before, std::string& healthy) {
  const auto& options = what.options;
  now.found.measure("standby", seen.standby ? 1 : 0);
  judge_role(now, what.role, seen);
  judge_connections(now, seen, options.connections);
  if (options.replication_lag) judge_lag(now, seen, before, *options.replication_lag);
  judge_transactions(now, seen, options.oldest_transaction);
  judge_lock_waits(now, seen, options.lock_waits);
  healthy = seen.standby ? "standby, answers queries" : "primary, answers queries";
}

void judge_query(net::run& now, const plan& what, const query_result& got, std::string& healthy) {
  if (got.value)
    if (const auto number = finite_number_in(*got.value)) now.found.measure("query_value", *number);
  const auto given = !got.has_row ? std::string("no row")
                     : !got.value ? std::string("NULL")
                                  : fmt::format("'{}'", shown_peer_text(*got.value, what.secrets));
  const auto& expected = what.options.expect;
  if (expected && !(got.has_row && expected->holds(got.value))) {
    now.add(net::failure(reason::mismatch, unmet("the query returns " + given, *expected)));
    return;
  }
  healthy += ", query returns " + given;
}

}  // namespace telltale::postgres
