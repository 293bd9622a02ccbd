// The grpc check keeps its connection between runs, and replaces it when the server ends it.
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>

#include "checks/grpc/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// A server that answers every call with SERVING; before or after some it does something else.
struct server_state {
  int connections = 0;
  int calls = 0;
  std::string heard;                   ///< on the last connection
  std::string after_first;             ///< is sent behind the first reply of the first connection
  bool closes_first = false;           ///< the first connection ends behind its first reply
  bool drops_second = false;           ///< the first connection ends when its second call arrives
  bool always_drops = false;           ///< so does the second, at its first call
  bool silent = false;                 ///< the first connection has no answer to its second call
  bool always_silent = false;          ///< nor has any later one
  std::chrono::milliseconds delay{0};  ///< before the first reply of the first connection
  std::string instead;                 ///< the reply to the second call of the first connection
};

int calls_in(const std::string& heard) {
  int count = 0;
  for (const auto& f : h2::read_frames(heard)) count += f.type == h2::data;
  return count;
}

asio::awaitable<void> pause(tcp::socket& socket, std::chrono::milliseconds span) {
  asio::steady_timer timer(socket.get_executor(), span);
  co_await timer.async_wait(quiet);
}

script serves(server_state& state) {
  return [&state](tcp::socket socket) -> asio::awaitable<void> {
    const bool first = ++state.connections == 1;
    state.heard.clear();
    for (int call = 1;; ++call) {
      auto buffer = asio::dynamic_buffer(state.heard);
      while (calls_in(state.heard) < call) {
        auto [error, count] = co_await asio::async_read(socket, buffer, asio::transfer_at_least(1), quiet);
        if (error) co_return;
      }
      ++state.calls;
      if (first && call == 2 && state.drops_second) co_return co_await say(socket, state.instead);
      if (!first && state.always_drops) co_return;
      if ((first && call == 2 && state.silent) || (!first && state.always_silent))
        co_return co_await until_closed(socket);
      if (first && call == 1) co_await pause(socket, state.delay);
      const auto stream = static_cast<std::uint32_t>(2 * call - 1);
      auto reply = (call == 1 ? h2::hello() : "") + h2::reply(h2::serving, stream);
      if (first && call == 1) reply += state.after_first;
      if (first && call == 2 && !state.instead.empty()) reply = state.instead;
      co_await say(socket, std::move(reply));
      if (first && state.closes_first) co_return;
    }
  };
}

/// Runs of one check against one server, one after the other.
class runs {
 public:
  explicit runs(server_state& state, const char* reconnect = "5m") : server_(io_, serves(state)) {
    names_.answer.endpoints = {server_.endpoint()};
    check_ = make_grpc_check({{"address", text("server.test:50051")}, {"reconnect", text(reconnect)}});
  }
  ~runs() {
    check_.reset();  // closes the kept connection
    server_.stop();
    io_.restart();
    io_.run_for(5s);
    CHECK(io_.stopped());
    CHECK(server_.open() == 0);
  }
  outcome run(std::chrono::milliseconds timeout = ample) {
    outcome out;
    bool done = false;
    const async_context ctx{io_.get_executor(), std::chrono::steady_clock::now() + timeout, &names_};
    asio::co_spawn(io_, check_->probe(ctx), [&](std::exception_ptr e, outcome got) {
      if (e) std::rethrow_exception(e);
      out = std::move(got);
      done = true;
    });
    while (!done) io_.run_one_for(1s);
    return out;
  }
  /// Lets the server finish what it does between two runs.
  void settle() {
    while (io_.poll_one() != 0) {
    }
  }
  const peer& server() const { return server_; }

 private:
  asio::io_context io_;
  peer server_;
  fixed_resolver names_;
  std::shared_ptr<async_check> check_;
};

}  // namespace

TEST_CASE("grpc kept: runs share one connection, and its phases are measured only when it is opened") {
  server_state state;
  {
    runs check(state);
    CHECK(check.run().measured("connect_seconds"));
    for (int i = 0; i < 20; ++i) {
      const auto out = check.run();
      CHECK(out.verdict == verdict::pass);
      CHECK(out.measured("reply_seconds"));
      CHECK_FALSE(out.measured("connect_seconds"));
    }
  }
  CHECK(state.connections == 1);
  CHECK(state.calls == 21);
  CHECK(h2::has_frame(state.heard, h2::settings, "", h2::ack));
}

TEST_CASE("grpc kept: with reconnect 0s each run has its own connection, which it ends with GOAWAY") {
  server_state state;
  {
    runs check(state, "0s");
    for (int i = 0; i < 3; ++i) CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(state.connections == 3);
  CHECK(h2::read_frames(state.heard).back().type == h2::goaway);
}

TEST_CASE("grpc kept: settings that arrive with the reply are acknowledged before the next run") {
  server_state state;
  runs check(state);
  check.run();
  check.settle();
  CHECK(h2::has_frame(state.heard, h2::settings, "", h2::ack));
}

TEST_CASE("grpc kept: a ping that arrives between two runs is answered by the next") {
  server_state state;
  state.after_first = h2::frame(h2::ping, 0, 0, "12345678");
  {
    runs check(state);
    check.run();
    check.settle();
    CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(state.connections == 1);
  CHECK(h2::has_frame(state.heard, h2::ping, "12345678", h2::ack));
}

TEST_CASE("grpc kept: a server that ends the connection between two runs is called over a new one") {
  struct row {
    const char* name;
    server_state state;
  };
  server_state closes, says_goodbye, drops, refuses, declines, is_tired, announces;
  closes.closes_first = true;
  says_goodbye.after_first = h2::goaway_frame(1, 0, "max_age");
  drops.drops_second = true;
  refuses.instead = h2::error_frame(h2::rst_stream, 7, 3);
  declines.instead = h2::goaway_frame(1, 0, "max_age");
  is_tired.instead = h2::goaway_frame(1, 11, "too_many_pings");
  announces.instead = h2::goaway_frame(3, 0, "max_age");
  announces.drops_second = true;
  row rows[] = {{"closes", closes},
                {"GOAWAY", says_goodbye},
                {"drops the call", drops},
                {"refuses", refuses},
                {"GOAWAY instead of a reply", declines},
                {"GOAWAY with an error instead of a reply", is_tired},
                {"GOAWAY and drops the call", announces}};
  for (auto& r : rows) {
    CAPTURE(r.name);
    {
      runs check(r.state);
      CHECK(check.run().verdict == verdict::pass);
      check.settle();
      const auto out = check.run();
      CAPTURE(out.message);
      CHECK(out.verdict == verdict::pass);
      CHECK(out.measured("connect_seconds"));
    }
    CHECK(r.state.connections == 2);
  }
}

TEST_CASE("grpc kept: a call that a new connection loses as well fails") {
  server_state state;
  state.drops_second = state.always_drops = true;
  {
    runs check(state);
    CHECK(check.run().verdict == verdict::pass);
    CHECK(to_string(check.run().reason) == "refused");
  }
  CHECK(state.connections == 2);
}

TEST_CASE("grpc kept: a connection without an answer is replaced in time for one") {
  server_state state;
  state.silent = true;
  runs check(state);
  CHECK(check.run().verdict == verdict::pass);
  const auto out = check.run(4s);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("connect_seconds"));
  CHECK(state.connections == 2);
}

TEST_CASE("grpc kept: a server that is silent on the new connection, too, is reported with both") {
  server_state state;
  state.silent = state.always_silent = true;
  runs check(state);
  CHECK(check.run().verdict == verdict::pass);
  const auto out = check.run(600ms);
  CAPTURE(out.message);
  CHECK(to_string(out.reason) == "timeout");
  CHECK(contains(out.message, "within 600 ms (on the kept connection, then on a new one)"));
  CHECK(state.connections == 2);
}

TEST_CASE("grpc kept: the connection of a server that needs much of the time is not kept") {
  server_state state;
  state.delay = 700ms;
  runs check(state);
  CHECK(check.run(2s).verdict == verdict::pass);
  CHECK(check.run(2s).measured("connect_seconds"));
  CHECK(state.connections == 2);
}

TEST_CASE("grpc kept: after a failure the next run opens a new connection") {
  server_state state;
  state.instead =
      h2::headers_frame({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "14"}}, true, 3);
  {
    runs check(state);
    CHECK(check.run().verdict == verdict::pass);
    CHECK(check.run().reason == reason::refused);
    CHECK(state.connections == 1);
    CHECK(check.run().verdict == verdict::pass);
  }
  CHECK(state.connections == 2);
}
