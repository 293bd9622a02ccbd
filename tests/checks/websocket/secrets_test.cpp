// Tokens that change: they are read again in the run in which the server declines them.
#include "checks/websocket/peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Accepts a request with this text.
script wants(std::string known, std::string more = "") {
  return [known, more](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto answer = contains(request, known) ? accepting(request, more)
                                           : std::string("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    co_await say(socket, std::move(answer));
    co_await behave(socket);
  };
}

/// Opens every WebSocket, and closes it with this code unless the first message is `new-token`.
script wants_message(std::uint16_t code) {
  return [code](tcp::socket socket) -> asio::awaitable<void> {
    const auto request = co_await read_request(socket);
    auto reply = accepting(request);
    co_await say(socket, std::move(reply));
    const auto [first, payload] = co_await read_frame(socket);
    const std::string refusal{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    auto answer = payload == "new-token" ? server_frame(0x81, "welcome") : server_frame(0x88, refusal);
    co_await say(socket, std::move(answer));
    co_await behave(socket);
  };
}

std::vector<outcome> probe(const temp_folder& folder, fakes::options chosen, script behaviour) {
  chosen.emplace_back("url", text("ws://server.test/"));
  return probe_between(checks::websocket(), std::move(chosen), std::move(behaviour),
                       {[&](part_here& part) {
                          CHECK(part.runs == 1);
                          folder.write("token", "new-token");
                        },
                        [](part_here& part) { CHECK(part.runs == 2); }});
}

}  // namespace

TEST_CASE("websocket secrets: a token that was replaced is used in the run in which the old one is declined") {
  const temp_folder folder;
  const auto path = text(folder.write("token", "old-token"));
  const auto file = map_of({{"file", path}});
  const auto bearer = map_of({{"file", path}, {"prefix", text("Bearer ")}});
  struct row {
    const char* name;
    fakes::options chosen;
    script behaviour;
  };
  const row rows[] = {
      {"header", {{"headers", map_of({{"Authorization", bearer}})}}, wants("Authorization: Bearer new-token\r\n")},
      {"subprotocol", {{"subprotocol", file}}, wants("new-token", "Sec-WebSocket-Protocol: new-token\r\n")},
      {"message", {{"ping", text("false")}, {"send", file}, {"expect", text("welcome")}}, wants_message(4401)},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    folder.write("token", "old-token");
    const auto out = probe(folder, r.chosen, r.behaviour);
    CAPTURE(out[0].message);
    CHECK(to_string(out[0].reason) == "auth");
    CHECK(out[1].message == out[2].message);
    CHECK(out[1].verdict == verdict::pass);
  }
}
