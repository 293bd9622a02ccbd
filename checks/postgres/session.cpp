// Implements the steps of a session, one coroutine each.
#include "postgres/session.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <telltale/version.hpp>

#include "postgres/authentication.hpp"
#include "postgres/connection.hpp"
#include "postgres/explain.hpp"
#include "postgres/server_state.hpp"

namespace telltale::postgres {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr net::phase_words start{"no answer to the login", "before its answer to the login"};
constexpr net::phase_words login{"no end of the login", "during the login"};
constexpr net::phase_words state{"no answer to the first query", "before its answer to the first query"};
constexpr net::phase_words result{"no result of the query", "before the result of the query"};
constexpr net::phase_words end{"no end of the transaction", "before the end of the transaction"};

bool failed(const finding& f) { return f.verdict == verdict::fail; }

finding unexpected(char type) {
  return net::failure(reason::protocol, fmt::format("the server sent a message of type {} out of turn", type));
}

/// A connection on which the login is complete.
struct logged_in final : net::session_state {
  std::string_view farewell() const override { return bytes; }
  std::string bytes = terminate_message();
};

std::string greeting(const plan& what) {
  name_value_list all{{"user", what.login.user},
                      {"application_name", fmt::format("telltale/{}", version())},
                      {"client_encoding", "UTF8"},
                      {"DateStyle", "ISO"}};
  if (!what.database.empty()) all.emplace_back("database", what.database);
  if (!what.server_options.empty()) all.emplace_back("options", what.server_options);
  return startup_message(all);
}

/// Reads up to ReadyForQuery, whose status must be `status`: I idle, T in a transaction.
asio::awaitable<finding> until_ready(connection& talk, const net::phase_words& words, char status) {
  message got;
  auto found = co_await talk.receive(words, got);
  while (!failed(found) && got.type == 'C') found = co_await talk.receive(words, got);
  if (failed(found)) co_return found;
  if (got.type != 'Z') co_return unexpected(got.type);
  if (got.payload != std::string(1, status))
    co_return net::failure(reason::protocol, "the server is not in the state of transaction that was asked for");
  co_return finding();
}

/// Thousands of digests: other checks run between the steps.
asio::awaitable<finding> derive_keys(connection& talk, authentication& client) {
  auto& now = talk.now();
  while (!client.derive()) {
    if (std::chrono::steady_clock::now() >= now.until) co_return net::timed_out(login, now.budget);
    co_await asio::post(now.ctx.executor, asio::use_awaitable);
  }
  co_await talk.send(client.proof());
  co_return finding();
}

asio::awaitable<finding> log_in(connection& talk, const plan& what) {
  const net::stopwatch watch(talk.now().found);
  authentication client(what.login);
  co_await talk.send(greeting(what));
  message got;
  for (;;) {
    auto found = co_await talk.receive(talk.answered() ? login : start, got);
    if (failed(found)) co_return found;
    if (got.type != 'R') co_return unexpected(got.type);
    auto step = client.answer(got.payload);
    if (failed(step.failed)) co_return step.failed;
    if (step.done) break;
    if (!step.send.empty()) co_await talk.send(std::move(step.send));
    if (step.derive) found = co_await derive_keys(talk, client);
    if (failed(found)) co_return found;
  }
  auto found = co_await until_ready(talk, login, 'I');
  if (!failed(found)) watch.stop("login_seconds");
  co_return found;
}

/// The server cancels its statements a little before nobody waits for them any more.
milliseconds time_for_statements(const net::run& now) {
  const auto left = now.until - std::chrono::steady_clock::now();
  return std::max(std::chrono::duration_cast<milliseconds>(left * 9 / 10), milliseconds(1));
}

/// Begins the transaction; its first SELECT is answered with one row.
asio::awaitable<finding> ask_state(connection& talk, const plan& what, server_state& into) {
  const net::stopwatch watch(talk.now().found);
  co_await talk.send(simple_query(begin_and_ask(what.options, time_for_statements(talk.now()))));
  message got;
  std::optional<row> answer;
  for (;;) {
    auto found = co_await talk.receive(state, got);
    if (failed(found)) co_return found;
    if (got.type == 'D') answer = read_row(got.payload);
    if (got.type == 'D') break;
    if (got.type != 'C' && got.type != 'T') co_return unexpected(got.type);
  }
  const auto seen = answer ? read_state(what.options, *answer) : std::nullopt;
  if (!seen) co_return net::failure(reason::protocol, "the server's answer to the first query is malformed");
  into = *seen;
  auto found = co_await until_ready(talk, state, 'T');
  if (!failed(found)) watch.stop("reply_seconds");
  co_return found;
}

/// The values of booleans, which PostgreSQL writes as t and f.
std::optional<std::string> readable(std::optional<std::string> value, std::uint32_t type) {
  constexpr std::uint32_t boolean = 16;  // its object id in pg_type
  if (type == boolean && value) return *value == "t" ? "true" : "false";
  return value;
}

asio::awaitable<finding> run_query(connection& talk, const std::string& query, query_result& into) {
  const net::stopwatch watch(talk.now().found);
  co_await talk.send(first_row_query(query));
  message got;
  std::uint32_t type = 0;
  for (;;) {
    auto found = co_await talk.receive(result, got);
    if (failed(found)) co_return found;
    if (got.type == 'T') type = read_first_type(got.payload).value_or(0);
    if (got.type == 'C' || got.type == 's' || got.type == 'I') break;  // completed, suspended after one row, empty
    if (got.type == 'D') {
      const auto answer = read_row(got.payload);
      if (!answer) co_return net::failure(reason::protocol, "the server's result of the query is malformed");
      into.has_row = !answer->empty();
      if (into.has_row) into.value = readable(answer->front(), type);
    } else if (std::string_view("12Tn").find(got.type) == std::string_view::npos) {
      co_return unexpected(got.type);
    }
  }
  auto found = co_await until_ready(talk, result, 'T');
  if (!failed(found)) watch.stop("query_seconds");
  co_return found;
}

/// One transaction, which leaves nothing behind.
asio::awaitable<finding> query_server(connection& talk, const plan& what, lag_history& before, std::string& healthy) {
  server_state seen;
  auto found = co_await ask_state(talk, what, seen);
  if (failed(found)) co_return found;
  query_result got;
  if (what.options.query) found = co_await run_query(talk, *what.options.query, got);
  if (failed(found)) co_return found;
  co_await talk.send(simple_query("ROLLBACK"));
  found = co_await until_ready(talk, end, 'I');
  if (failed(found)) co_return found;
  judge_state(talk.now(), what, seen, before, healthy);
  if (what.options.query) judge_query(talk.now(), what, got, healthy);
  co_return found;
}

/// As pg_isready: every request for credentials, and a refused login, come from a server that accepts connections.
asio::awaitable<finding> ask_ready(connection& talk, const plan& what, std::string& healthy) {
  const net::stopwatch watch(talk.now().found);
  healthy = "accepts connections";
  co_await talk.send(greeting(what));
  message got;
  auto found = co_await talk.receive(start, got);
  if (!failed(found) && got.type != 'R') found = unexpected(got.type);
  // Without a request for credentials the login goes on, and may find no connection left.
  if (!failed(found) && field_reader(got.payload).int32() == 0) found = co_await until_ready(talk, login, 'I');
  if (refuses_only_the_login(talk.sqlstate())) found = finding();
  if (!failed(found)) watch.stop("login_seconds");
  co_return found;
}

asio::awaitable<finding> run_session(connection& talk, const plan& what, net::lent_connection& lent,
                                     lag_history& before, std::string& healthy) {
  if (what.options.mode == probe_mode::ready) co_return co_await ask_ready(talk, what, healthy);
  if (!lent.state) {
    auto found = co_await log_in(talk, what);
    if (failed(found)) co_return found;
    lent.state = std::make_unique<logged_in>();
  }
  co_return co_await query_server(talk, what, before, healthy);
}

/// A server that has not heard of the end logs one.
asio::awaitable<void> hang_up(net::lent_connection lent) {
  constexpr milliseconds wait{250};
  if (lent.state) co_await lent.line->write(lent.state->farewell());
  co_await lent.line->close(wait);
}

}  // namespace

asio::awaitable<spoken> session_over(net::run& now, const plan& what, net::lent_connection& lent, lag_history& before,
                                     std::string& healthy) {
  connection talk(now, *lent.line, what.secrets);
  spoken out;
  out.found = co_await run_session(talk, what, lent, before, healthy);
  out.stale = failed(out.found) && lent.reused && (!talk.answered() || ends_connection(talk.sqlstate()));
  out.reusable = !failed(out.found) && lent.state && talk.quiet() && now.found.worst_verdict() != verdict::fail;
  co_return out;
}

asio::awaitable<finding> hold_session(net::run& now, const plan& what, net::kept_connection& kept, lag_history& before,
                                      std::string& healthy) {
  for (;;) {
    auto lent = co_await kept.open(now, what.target);
    if (!lent.line) co_return lent.failed;
    lent.wait_for_first_byte(now);
    auto done = co_await session_over(now, what, lent, before, healthy);
    if (done.stale) continue;  // the next one is new
    if (done.reusable) co_await kept.give_back(std::move(lent));
    else co_await hang_up(std::move(lent));
    co_return done.found;
  }
}

}  // namespace telltale::postgres
