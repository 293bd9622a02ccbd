// The websocket check against a server that is not ours: Debian's python3-websockets.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <doctest/doctest.h>
#include <boost/asio/ip/tcp.hpp>

#include "websocket_peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Echoes at any path; talks first at /large; wants a token at /token; says at /count how many other connections are
/// open, once its own tasks have caught up. The first line printed is its port.
constexpr const char* program = R"(
import asyncio, sys, websockets
others = set()
async def serve(ws, path):
    if path == "/count":
        for _ in range(100):
            if others:
                await asyncio.sleep(0.01)
        await ws.send(str(len(others)))
        return
    if path == "/large":
        await ws.send("x" * 3_000_000)
        await ws.send(["x" * 100_000] * 20 + ["rea", "dy"])
    if path == "/token":
        token = ws.request_headers["Sec-WebSocket-Protocol"].split(", ")[-1]
        if token != "good-token":
            await ws.close(4401, "this token has expired: " + token)
            return
    others.add(ws)
    try:
        async for message in ws:
            await ws.send("you said " + message)
    finally:
        others.discard(ws)
async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, subprotocols=["chat.v2", "bearer"]) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
)";

/// The server as a child process; it ends when its standard input is closed.
class python_server {
 public:
  static bool available() { return std::system("/usr/bin/python3 -c 'import websockets' 2>/dev/null") == 0; }

  python_server() {
    int in[2], out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::execl("/usr/bin/python3", "python3", "-c", program, nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    auto* lines = ::fdopen(out[0], "r");
    int port = 0;
    REQUIRE(std::fscanf(lines, "%d", &port) == 1);
    std::fclose(lines);
    endpoint = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
  }
  ~python_server() {
    ::close(input_);
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  tcp::endpoint endpoint;

 private:
  pid_t pid_ = 0;
  int input_ = -1;
};

std::string url_of(const python_server& server, const char* path) {
  return "ws://127.0.0.1:" + std::to_string(server.endpoint.port()) + path;
}

bool absent() {
  const bool missing = !python_server::available();
  if (missing) MESSAGE("skipped: /usr/bin/python3 has no module websockets (Debian package python3-websockets)");
  return missing;
}

}  // namespace

TEST_CASE("websocket server: a real server is healthy, with subprotocol and reply") {
  if (absent()) return;
  const python_server server;
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint};
  const auto probe = [&](options chosen) {
    chosen.emplace_back("url", raw_value::scalar(url_of(server, "/ws")));
    return probe_once(io, make_check(std::move(chosen)), names, 5s, {});
  };
  const auto plain = probe({});
  CAPTURE(plain.message);
  CHECK(plain.verdict == verdict::pass);
  CHECK(plain.measured("close_seconds"));
  const auto full = probe({{"subprotocol", raw_value::scalar("chat.v2")},
                           {"send", raw_value::scalar("hello")},
                           {"expect", raw_value::scalar("you said hello")}});
  CAPTURE(full.message);
  CHECK(full.verdict == verdict::pass);
  const auto other = probe({{"subprotocol", raw_value::scalar("chat.v3")}});
  CHECK(other.reason == reason::protocol);
}

TEST_CASE("websocket server: a real server may push megabytes, and the expected text is found across its fragments") {
  if (absent()) return;
  const python_server server;
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint};
  const auto check = make_check({{"url", text(url_of(server, "/large"))}, {"expect", text("ready")}});
  const auto out = probe_once(io, check, names, 10s, {});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
}

TEST_CASE("websocket server: a real server is told a token as a subprotocol, and its refusal does not repeat it") {
  if (absent()) return;
  const python_server server;
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint};
  const auto probe = [&](const char* token) {
    ::setenv("TELLTALE_TEST_TOKEN", token, 1);
    auto offered = raw_value::list({text("bearer"), map_of({{"env", text("TELLTALE_TEST_TOKEN")}})});
    const auto check = make_check({{"url", text(url_of(server, "/token"))}, {"subprotocol", std::move(offered)}});
    return probe_once(io, check, names, 5s, {});
  };
  const auto good = probe("good-token");
  CAPTURE(good.message);
  CHECK(good.verdict == verdict::pass);
  const auto bad = probe("old-one");
  CHECK(bad.reason == reason::auth);
  CHECK(contains(bad.message, "4401 (unauthorized, by convention): 'this token has expired: ***'"));
}

TEST_CASE("websocket server: after 200 probes its connection count is back where it was") {
  if (absent()) return;
  const python_server server;
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint};
    const auto check = make_check({{"url", raw_value::scalar(url_of(server, "/ws"))}});
    for (int i = 0; i < 200; ++i) {
      const auto out = probe_once(io, check, names, 5s, {});
      CAPTURE(out.message);
      REQUIRE(out.verdict == verdict::pass);
    }
    const auto counting = make_check({{"url", raw_value::scalar(url_of(server, "/count"))},
                                      {"ping", raw_value::scalar("false")},
                                      {"expect", raw_value::scalar("0")}});
    const auto out = probe_once(io, counting, names, 1s, {});
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::pass);
  }
  CHECK(open_descriptors() == descriptors);
}
