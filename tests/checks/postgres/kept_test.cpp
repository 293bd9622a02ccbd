// The postgres check keeps its connection between runs, replaces it when the server ends it, and reads secrets again.
#include "checks/postgres/peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// A server that counts; something happens on its first connection.
struct server_state {
  int connections = 0;
  int farewells = 0;
  std::string after_first;     ///< is sent behind the first session of the first connection
  bool closes_first = false;   ///< the first connection ends behind its first session
  bool silent_second = false;  ///< the second session of the first connection is not answered
  std::string second_state;    ///< the answer to the second first query of the first connection
};

asio::awaitable<void> serve(tcp::socket socket, server_state& state) {
  const bool first = ++state.connections == 1;
  if (co_await read_message(socket, false) == '\xff') co_return;
  co_await say(socket, "N");
  if (co_await read_message(socket, false) == '\xff') co_return;
  co_await say(socket, pg::trusted());
  for (int queries = 0;;) {
    const auto type = co_await read_message(socket, true);
    state.farewells += type == 'X';
    if (type != 'Q') co_return;
    const bool second = first && queries == 2;
    if (second && state.silent_second) co_await until_closed(socket);
    const auto answer = second && !state.second_state.empty() ? state.second_state : pg::state();
    auto bytes = queries++ % 2 == 0 ? answer : pg::rolled_back();
    if (first && queries == 2) bytes += state.after_first;
    co_await say(socket, std::move(bytes));
    if (first && queries == 2 && state.closes_first) co_return;
  }
}

/// Runs of one check against one server, one after the other.
class runs {
 public:
  explicit runs(server_state& state, options chosen = {})
      : server_(io_, [&](tcp::socket s) { return serve(std::move(s), state); }) {
    names_.answer.endpoints = {server_.endpoint()};
    if (chosen.empty()) chosen.emplace_back("reconnect", text("5m"));
    check_ = make_postgres_check(std::move(chosen));
  }
  ~runs() {
    check_.reset();  // closes the kept connection
    server_.stop();
    io_.restart();
    io_.run_for(5s);
    CHECK(io_.stopped());
    CHECK(server_.open() == 0);
  }
  outcome run(std::chrono::milliseconds timeout = 5s) {
    outcome out;
    bool done = false;
    const async_context ctx{io_.get_executor(), std::chrono::steady_clock::now() + timeout, &names_};
    asio::co_spawn(io_, check_->probe(ctx), [&](std::exception_ptr e, outcome got) {
      if (e) std::rethrow_exception(e);
      out = std::move(got);
      done = true;
    });
    while (!done) io_.run_one_for(1s);
    while (io_.poll_one() != 0) {
    }
    return out;
  }

 private:
  asio::io_context io_;
  peer server_;
  fixed_resolver names_;
  std::shared_ptr<async_check> check_;
};

}  // namespace

TEST_CASE("postgres kept: runs share one connection; with reconnect 0s each has its own and says goodbye") {
  server_state state;
  {
    runs check(state);
    for (int i = 0; i < 5; ++i) CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(state.connections == 1);
  server_state each;
  {
    runs check(each, {{"reconnect", text("0s")}});
    for (int i = 0; i < 3; ++i) CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(each.connections == 3);
  CHECK(each.farewells == 3);
}

TEST_CASE("postgres kept: a connection that is too old ends with a goodbye") {
  server_state state;
  {
    runs check(state, {{"reconnect", text("1ms")}});
    for (int i = 0; i < 10'000 && state.connections < 2; ++i) CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(state.connections == 2);
  CHECK(state.farewells == 1);
}

TEST_CASE("postgres kept: a server that ends the connection between two runs is asked over a new one") {
  server_state closes, says_goodbye, terminated, silent;
  closes.closes_first = true;
  says_goodbye.after_first = pg::error("57P01", "terminating connection due to administrator command");
  terminated.second_state = pg::error("57P01", "terminating connection due to administrator command");
  silent.silent_second = true;
  for (auto* state : {&closes, &says_goodbye, &terminated, &silent}) {
    {
      runs check(*state);
      CHECK(check.run().verdict == verdict::pass);
      const auto out = check.run();
      CAPTURE(out.message);
      CHECK(out.verdict == verdict::pass);
      CHECK(out.measured("login_seconds"));
    }
    CHECK(state->connections == 2);
  }
}

TEST_CASE("postgres kept: after a failure the next run opens a new connection") {
  server_state state;
  state.second_state = pg::error("53100", "no space");
  {
    runs check(state);
    CHECK(check.run().verdict == verdict::pass);
    CHECK(check.run().reason == reason::full);
    CHECK(state.connections == 1);
    CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(state.connections == 2);
}

TEST_CASE("postgres kept: a password that was replaced is used in the run in which the old one is declined") {
  const temp_folder folder;
  const auto file = folder.write("password", "old-password");
  // Asks for the password in clear text, and knows only the new one.
  const script knows_new = [](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_message(socket, false);
    co_await say(socket, pg::authentication(3));
    std::string heard(5 + 13, '\0');
    const auto buffer = asio::buffer(heard);
    co_await asio::async_read(socket, buffer, quiet);
    const bool known = heard.substr(5) == std::string("new-password\0", 13);
    auto answer = known ? pg::trusted() : pg::error("28P01", "no");
    co_await say(socket, std::move(answer));
    for (const auto& part : {pg::state(), pg::rolled_back()}) {
      if (co_await read_message(socket, true) != 'Q') co_return;
      auto copy = part;
      co_await say(socket, std::move(copy));
    }
    co_await until_closed(socket);
  };
  fakes::options chosen{{"address", text("127.0.0.1:5432")},  // in clear text, only over loopback
                        {"user", text("app")},
                        {"tls", text("false")},
                        {"password", map_of({{"file", text(file)}})}};
  const auto out = probe_between(checks::postgres(), std::move(chosen), knows_new,
                                 {[&](part_here&) { std::filesystem::remove(file); },
                                  [&](part_here&) { folder.write("password", "new-password"); }, [](part_here&) {}});
  CHECK(out[0].reason == reason::auth);
  CHECK(contains(out[1].message, "(the secrets could not be read again: cannot read the secret"));
  CHECK(out[2].verdict == verdict::pass);
  CHECK(out[3].verdict == verdict::pass);
}
