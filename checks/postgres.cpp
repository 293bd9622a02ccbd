// The postgres check: logs in to a PostgreSQL server, runs a query, and judges role, replication and load.
#include <memory>
#include <string>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "net/dial.hpp"
#include "net/kept_connection.hpp"
#include "net/renewal.hpp"
#include "postgres/options.hpp"
#include "postgres/plan.hpp"
#include "postgres/session.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// What the runs of one check share.
struct postgres_state {
  explicit postgres_state(postgres_options options)
      : what(postgres::make_plan(std::move(options))), kept(what.options.kept.reconnect) {}
  postgres::plan what;
  net::kept_connection kept;
  postgres::lag_history lag;
};

asio::awaitable<outcome> run_once(std::shared_ptr<postgres_state> state, async_context ctx) {
  auto& what = state->what;
  net::run now(std::move(ctx), what.shown);
  std::string healthy;
  net::attempt_function attempt = [&] { return postgres::hold_session(now, what, state->kept, state->lag, healthy); };
  net::read_function read;
  if (postgres::has_secrets(what.options)) read = [&] { return postgres::read_secrets(what); };
  auto found = co_await net::with_current_secrets(now, std::move(attempt), std::move(read));
  now.add(std::move(found));
  now.judge_latency(what.options.network.latency);
  co_return std::move(now).result(healthy);
}

class postgres_check final : public async_check {
 public:
  explicit postgres_check(postgres_options options) : state_(std::make_shared<postgres_state>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(state_, std::move(ctx)); }
  void continue_from(const async_check& before) override {
    if (const auto* same = dynamic_cast<const postgres_check*>(&before)) state_->lag = same->state_->lag;
  }

 private:
  std::shared_ptr<postgres_state> state_;
};

std::vector<measurement_info> measurements() {
  auto out = net::dial_measurements();
  out.push_back(net::starttls_measurement());
  const measurement_info own[] = {
      {"login_seconds", "Time from the startup message to the end of the login."},
      {"reply_seconds", "Time from the start of the transaction to the answer about the server's state."},
      {"query_seconds", "Time of the configured query."},
      {"query_value", "First value of the query's first row, when it is a number."},
      {"standby", "1 for a standby (in recovery), 0 for a primary."},
      {"connections", "Connections of clients, with `connections`."},
      {"connections_ratio", "Share of the connections that users without reserved ones may open."},
      {"replication_lag_bytes", "WAL that a standby has received and not replayed, with `replication_lag`."},
      {"replication_lag_seconds", "How old the state of a standby is at most, with `replication_lag`."},
      {"oldest_transaction_seconds", "Age of the oldest open transaction, with `oldest_transaction`."},
      {"lock_waits", "Sessions that wait for a lock, with `lock_waits`."},
  };
  out.insert(out.end(), std::begin(own), std::end(own));
  return out;
}

}  // namespace

namespace checks {

check_type postgres() {
  return async_type_with_part<postgres_check, net::secrets_part<postgres_options, postgres::try_secrets>,
                              postgres_options>({
      .name = "postgres",
      .summary = "Logs in to a PostgreSQL server, runs a query, and judges role, replication and load.",
      .proves = "The server accepts this login and answers a query in time, in the expected role and state.",
      .does_not_prove = "That the server can write, or that the application's own pool has a connection left.",
      .component = "datastore",
      .measurements = measurements(),
  });
}

}  // namespace checks
}  // namespace telltale
