// A real WebSocket server, Debian's python3-websockets, as a child process.
#pragma once

#include <string>

#include "checks/websocket/peer.hpp"
#include "fakes/server_program.hpp"

namespace telltale::fakes {

/// Echoes at any path; sends first at /large; requires a token at /token; reports at /count how many other connections
/// are open, once its own tasks have run.
inline constexpr const char* python_program = R"(
import asyncio, websockets
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
        print("port", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()
asyncio.run(main())
)";

/// The server as a child process, which ends with the object and with the test.
class python_server {
 public:
  python_server() : program_(python(), {"-c", python_program}, "port ") {
    CAPTURE(program_.said());
    REQUIRE(program_.running());
    const auto port = std::stoi(program_.said().substr(program_.said().rfind(' ') + 1));
    endpoint = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
  }

  tcp::endpoint endpoint;

 private:
  server_program program_;
};

inline std::string url_of(const python_server& server, const char* path) {
  return "ws://127.0.0.1:" + std::to_string(server.endpoint.port()) + path;
}

inline bool absent() { return modules_absent("websockets", "python3-websockets"); }

}  // namespace telltale::fakes
