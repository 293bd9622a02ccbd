// Exchanges with scripted servers: each point at which a reply can stop, and what a kept connection hides.
#include <deque>

#include <boost/asio/steady_timer.hpp>

#include "fakes/network_peer.hpp"
#include "http/exchange.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

struct result {
  finding failed;
  unsigned status = 0;
  std::string body;
  bool cut = false;
  outcome out;
};
using results = std::vector<result>;

/// Serves connection after connection, each with the replies to its requests; then it hangs up, or stays silent.
struct connection_plan {
  std::vector<std::string> replies;
  bool hang_up = true;
  std::chrono::milliseconds pause{0};  ///< before each reply
};

class scripted_server {
 public:
  scripted_server(asio::io_context& io, std::deque<connection_plan> plans)
      : plans_(std::move(plans)), server(io, [this](tcp::socket s) { return serve(std::move(s)); }) {}

 private:
  asio::awaitable<void> serve(tcp::socket socket) {
    if (plans_.empty()) co_return;
    const auto plan = plans_.front();
    plans_.pop_front();
    for (const auto& reply : plan.replies) {
      const auto request = co_await read_request(socket);
      if (request.empty()) co_return;
      asio::steady_timer pause(socket.get_executor(), plan.pause);
      co_await pause.async_wait(quiet);
      co_await say(socket, reply);
    }
    if (!plan.hang_up) co_await until_closed(socket);
  }
  std::deque<connection_plan> plans_;

 public:
  peer server;
};

struct asking {
  std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::size_t most = 1000;
  std::chrono::milliseconds timeout = ample;
  std::chrono::milliseconds reconnect = 1h;
};

asio::awaitable<result> ask_once(async_context ctx, net::kept_connection& kept, const net::target& to,
                                 const asking& how) {
  net::run now(ctx, "it");
  result out;
  http::exchange talk(now, kept, to, how.request);
  out.failed = co_await talk.begin();
  if (out.failed.verdict == verdict::pass) {
    out.status = talk.head().status;
    out.failed = co_await talk.read_body(how.most, http::into(out.body));
    out.cut = talk.cut();
  }
  if (out.failed.verdict == verdict::pass) co_await talk.end();
  out.out = std::move(now).result("done");
  co_return out;
}

asio::awaitable<void> ask_often(asio::io_context& io, fixed_resolver& names, asking how, std::size_t times,
                                results& into) {
  const net::target to{{net::endpoint::kind_t::tcp, "server.test", 80, ""}, net::ip_version::any, {}};
  net::kept_connection kept(how.reconnect);
  for (std::size_t i = 0; i < times; ++i) {
    const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + how.timeout, &names};
    auto one = co_await ask_once(ctx, kept, to, how);
    into.push_back(std::move(one));
  }
}

results ask(const std::deque<connection_plan>& plans, std::size_t times = 1, const asking& how = {}) {
  const auto descriptors = open_descriptors();
  results out;
  {
    asio::io_context io;
    scripted_server scripted(io, plans);
    fixed_resolver names;
    names.answer.endpoints = {scripted.server.endpoint()};
    asio::co_spawn(io, ask_often(io, names, how, times, out), [&](std::exception_ptr e) {
      scripted.server.stop();
      if (e) std::rethrow_exception(e);
    });
    io.run_for(how.timeout * static_cast<int>(times) + slack);
    CHECK(io.stopped());
    CHECK(scripted.server.open() == 0);
  }
  CHECK(open_descriptors() == descriptors);
  REQUIRE(out.size() == times);
  return out;
}

/// Asks with limits that suffice for what `reached` looks for.
template <class Reached>
results ask_until(const Reached& reached, const std::deque<connection_plan>& plans, std::size_t times = 1) {
  const auto attempt = [&](std::chrono::milliseconds limit) {
    asking how;
    how.timeout = limit;
    return ask(plans, times, how);
  };
  return with_enough_time(attempt, reached);
}
bool both_pass(const results& all) { return all[0].failed == finding() && all[1].failed == finding(); }

const std::string hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("http exchange: a reply arrives with its status, body and times") {
  const auto got = ask({{{hello}, false}}).front();
  CHECK(got.failed == finding());
  CHECK(got.status == 200);
  CHECK(got.body == "hello");
  CHECK(got.out.measured("reply_seconds"));
  CHECK(got.out.measured("body_seconds"));
}

TEST_CASE("http exchange: interim replies are skipped") {
  const auto got =
      ask({{{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + hello}}}).front();
  CHECK(got.failed == finding());
  CHECK(got.status == 200);
  CHECK(got.body == "hello");
}

TEST_CASE("http exchange: a reply may have a long header, and no reason phrase") {
  std::string cookies;
  for (int i = 0; i < 60; ++i) cookies += "Set-Cookie: " + std::string(1000, 'c') + "\r\n";
  const std::string replies[] = {
      "HTTP/1.1 200 OK\r\n" + cookies + "Content-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.0 200\r\n\r\nhello",
      "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  };
  for (const auto& reply : replies) {
    CAPTURE(reply.substr(0, 60));
    const auto got = ask({{{reply}}}).front();
    CHECK(got.failed.sentence == "");
    CHECK(got.status == 200);
    CHECK(got.body == "hello");
  }
}

TEST_CASE("http exchange: each point at which a reply stops has its reason and its words") {
  struct row {
    std::string name;
    connection_plan server;
    reason why;
    std::string words;
  };
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const row rows[] = {
      {"silent", {{""}, false}, reason::timeout, "no reply within "},
      {"closed", {{""}}, reason::refused, "closed the connection without an answer (possible causes: TLS"},
      {"stops in the header", {{ok}, false}, reason::timeout, "the reply stopped in its header after 17 bytes, within"},
      {"closed in the header", {{ok}}, reason::protocol, "closed the connection in the header of its reply"},
      {"stops in the body",
       {{ok + "Content-Length: 9\r\n\r\nhell"}, false},
       reason::timeout,
       "the body stopped after 4"},
      {"short body", {{ok + "Content-Length: 9\r\n\r\nhell"}}, reason::protocol, "after 4 of 9 bytes"},
      {"short chunk", {{ok + "Transfer-Encoding: chunked\r\n\r\n9\r\nhell"}}, reason::protocol, "after 4 bytes"},
      {"bad chunk", {{ok + "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n"}}, reason::protocol, "an invalid chunk"},
      {"long header", {{ok + "A: " + std::string(70'000, 'b')}}, reason::protocol, "longer than 64 KiB"},
      {"long complete header",
       {{ok + "A: " + std::string(70'000, 'b') + "\r\n\r\n"}},
       reason::protocol,
       "longer than 64 KiB"},
      {"line feeds alone", {{"HTTP/1.1 200 OK\nContent-Length: 0\n\n"}, false}, reason::protocol, "LF instead of CRLF"},
      {"no status", {{"HTTP/1.1\r\n\r\n"}}, reason::protocol, "not valid HTTP"},
      {"ICY", {{"ICY 200 OK\r\n\r\n"}}, reason::protocol, "speaks SHOUTcast on this port, not HTTP"},
      {"HTTP/0.9", {{"<html>ok</html>"}}, reason::protocol, "a body without an HTTP header, as in HTTP/0.9"},
      {"invalid header", {{ok + "A\r\n\r\n"}}, reason::protocol, "not valid HTTP"},
      {"SSH", {{"SSH-2.0-x\r\n"}}, reason::protocol, "speaks SSH on this port, not HTTP"},
      {"HTTP/2",
       {{std::string("\0\0\6\4\0\0\0\0\0\0\5\0\0\40\0", 15)}},
       reason::protocol,
       "speaks HTTP/2 on this port"},
      {"TLS",
       {{"\x15\x03\x01\x00\x02\x02\x46"}},
       reason::protocol,
       "speaks TLS on this port: the URL should start with https"},
      {"101", {{"HTTP/1.1 101 Switching Protocols\r\n\r\n"}}, reason::protocol, "switched to another protocol"},
      {"no HTTP behind an interim reply",
       {{"HTTP/1.1 100 Continue\r\n\r\nhello\r\n\r\n"}},
       reason::protocol,
       "does not speak HTTP"},
      {"only interim", {{interim}}, reason::protocol, "interim replies (1xx) without end"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto got =
        ask_until([&](const results& all) { return contains(all[0].failed.sentence, r.words); }, {r.server}).front();
    CAPTURE(got.failed.sentence);
    CHECK(got.failed.verdict == verdict::fail);
    CHECK(to_string(got.failed.reason) == to_string(r.why));
    CHECK(contains(got.failed.sentence, r.words));
  }
}

TEST_CASE("http exchange: the connection is used again while the server keeps it") {
  const auto got = ask({{{hello, hello, hello}, false}}, 3);
  for (const auto& each : got) CHECK(each.body == "hello");
  CHECK(got[0].out.measured("connect_seconds"));
  CHECK_FALSE(got[1].out.measured("connect_seconds"));
  CHECK_FALSE(got[2].out.measured("connect_seconds"));
}

TEST_CASE("http exchange: a reply after which the connection cannot be used is followed by a new one") {
  const std::string closing[] = {
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more",
  };
  for (const auto& reply : closing) {
    CAPTURE(reply);
    const auto got = ask({{{reply}, false}, {{hello}, false}}, 2);
    CHECK(got[0].failed == finding());
    CHECK(got[1].failed == finding());
    CHECK(got[1].out.measured("connect_seconds"));
  }
}

TEST_CASE("http exchange: a kept connection that the server closes on the next request is replaced, once") {
  auto got = ask({{{hello, ""}}, {{hello}, false}}, 2);
  CHECK(got[1].failed == finding());
  CHECK(got[1].out.measured("connect_seconds"));
  got = ask({{{hello, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"}}, {{hello}, false}}, 2);
  CHECK(got[1].status == 200);
  got = ask({{{hello, ""}}, {{""}}, {{hello}, false}}, 2);
  CHECK(got[1].failed.reason == reason::refused);
  got = ask({{{hello, "HTTP/1.1 2"}}, {{hello}, false}}, 2);
  CHECK(got[1].failed == finding());
  got = ask({{{hello, "HTTP/1.1 2"}}, {{"HTTP/1.1 2"}}, {{hello}, false}}, 2);
  CHECK(got[1].failed.reason == reason::protocol);
}

TEST_CASE("http exchange: a kept connection without an answer is replaced in time for one") {
  auto got = ask_until(both_pass, {{{hello, ""}, false}, {{hello}, false}}, 2);
  CHECK(both_pass(got));
  CHECK(got[1].out.measured("connect_seconds"));
  const auto on_both = [](const results& all) {
    const auto& said = all[1].failed.sentence;
    return contains(said, "no reply within ") && contains(said, " (on the kept connection, then on a new one)");
  };
  got = ask_until(on_both, {{{hello, ""}, false}, {{""}, false}, {{hello}, false}}, 2);
  CHECK(on_both(got));
  CHECK(to_string(got[1].failed.reason) == "timeout");
}

TEST_CASE("http exchange: a reply that has begun on a kept connection has all of the time") {
  const auto stopped = [](const results& all) {
    return contains(all[1].failed.sentence, "the reply stopped in its header after 17 bytes, within ");
  };
  std::chrono::milliseconds last{0};
  std::chrono::steady_clock::time_point begin;
  const auto ask_both = [&](std::chrono::milliseconds limit) {
    asking how;
    how.timeout = last = limit;
    begin = std::chrono::steady_clock::now();
    return ask({{{hello, "HTTP/1.1 200 OK\r\n"}, false}, {{hello}, false}}, 2, how);
  };
  CHECK(stopped(with_enough_time(ask_both, stopped)));
  CHECK(std::chrono::steady_clock::now() - begin > last * 7 / 8);
}

TEST_CASE("http exchange: a connection whose server needs much of the time is not kept") {
  const auto ask_both = [](std::chrono::milliseconds limit) {
    asking how;
    how.timeout = limit;
    return ask({{{hello, hello}, false, limit / 2}, {{hello}, false}}, 2, how);
  };
  const auto got = with_enough_time(ask_both, both_pass);
  CHECK(both_pass(got));
  CHECK(got[1].out.measured("connect_seconds"));
}

TEST_CASE("http exchange: a body over the limit is cut, and its connection is not used again") {
  asking how;
  how.most = 3;
  const auto large = "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + std::string(50'000, 'x');
  const auto got = ask({{{large}, false}, {{hello}, false}}, 2, how);
  CHECK(got[0].failed == finding());
  CHECK(got[0].body == "xxx");
  CHECK(got[0].cut);
  CHECK(got[1].out.measured("connect_seconds"));
}

TEST_CASE("http exchange: a reply to HEAD has no body, whatever it announces") {
  asking how;
  how.request = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  const auto got = ask({{{head, head}, false}}, 2, how);
  CHECK(got[0].failed == finding());
  CHECK_FALSE(got[1].out.measured("connect_seconds"));
}
