// A real WebSocket server, Debian's python3-websockets, as a child process.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include "checks/websocket/peer.hpp"

namespace telltale::fakes {

/// Echoes at any path; sends first at /large; requires a token at /token; reports at /count how many other connections
/// are open, once its own tasks have run. The first line printed is its port.
inline constexpr const char* python_program = R"(
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
      ::execl("/usr/bin/python3", "python3", "-c", python_program, nullptr);
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

inline std::string url_of(const python_server& server, const char* path) {
  return "ws://127.0.0.1:" + std::to_string(server.endpoint.port()) + path;
}

inline bool absent() {
  const bool missing = !python_server::available();
  if (missing) MESSAGE("skipped: /usr/bin/python3 has no module websockets (Debian package python3-websockets)");
  return missing;
}

}  // namespace telltale::fakes
