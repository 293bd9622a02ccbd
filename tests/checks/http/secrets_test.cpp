// Secrets: they are not shown, and are read again in the run in which the server declines them.
#include <cstdlib>

#include "checks/http/peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

struct server_state {
  std::string token;  ///< the only one that is accepted
  std::string declining = "401 Unauthorized";
  int requests = 0;
};

script wants_token(server_state& state) {
  return [&state](tcp::socket socket) -> asio::awaitable<void> {
    for (;;) {
      const auto request = co_await read_request(socket);
      if (request.empty()) co_return;
      ++state.requests;
      const bool known = contains(request, "Authorization: Bearer " + state.token + "\r\n");
      auto answer = reply(known ? "200 OK" : state.declining);
      co_await say(socket, std::move(answer));
    }
  };
}

std::vector<outcome> probe(server_state& state, const std::string& file, const std::vector<step>& steps) {
  fakes::options chosen{{"url", text("http://server.test/")}, {"bearer", map_of({{"file", text(file)}})}};
  return probe_between(checks::http(), std::move(chosen), wants_token(state), steps);
}

}  // namespace

TEST_CASE("http secrets: a token that is replaced while the check runs makes no run fail") {
  for (const auto* declining : {"401 Unauthorized", "403 Forbidden"}) {
    CAPTURE(declining);
    const temp_folder folder;
    const auto file = folder.write("token", "old-token");
    server_state state{"old-token", declining};
    const auto out = probe(state, file,
                           {[&](part_here& part) {
                              CHECK(part.runs == 0);
                              folder.write("token", "new-token");
                              state.token = "new-token";
                            },
                            [](part_here& part) { CHECK(part.runs == 1); }});
    for (const auto& each : out) CHECK(each.message == "http://server.test:80/: 200 OK");
    CHECK(state.requests == 4);
  }
}

TEST_CASE("http secrets: a token that has not changed is read again in each run, and not sent again") {
  const temp_folder folder;
  server_state state{"new-token"};
  const auto out = probe(state, folder.write("token", "old-token"), {[](part_here& part) { CHECK(part.runs == 1); }});
  for (const auto& each : out) CHECK(to_string(each.reason) == "auth");
  CHECK(state.requests == 2);
}

TEST_CASE("http secrets: a new token that the server declines as well fails, after one more request") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  server_state state{"new-token"};
  const auto out = probe(state, file, {[&](part_here&) { folder.write("token", "other-token"); }});
  CHECK(to_string(out[1].reason) == "auth");
  CHECK(state.requests == 3);
}

TEST_CASE("http secrets: other failures do not read the secrets again") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  server_state state{"new-token", "503 Service Unavailable"};
  const auto out = probe(state, file, {[&](part_here& part) {
                           CHECK(part.runs == 0);
                           folder.write("token", "new-token");
                         }});
  CHECK(to_string(out[1].reason) == "refused");
}

TEST_CASE("http secrets: those that cannot be read again stay, and the message says why") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  server_state state{"new-token"};
  const auto out = probe(state, file,
                         {[&](part_here&) { std::filesystem::remove(file); },
                          [&](part_here& part) {
                            folder.write("token", "new-token");
                            part.hangs = true;
                          },
                          [](part_here& part) { part.hangs = false; }});
  CHECK(contains(out[1].message,
                 "does not accept the credentials (the secrets could not be read again: cannot read the secret"));
  CHECK(contains(out[2].message, "(the secrets could not be read again: no answer from the worker in time)"));
  CHECK(out[3].verdict == verdict::pass);
  for (const auto& each : out) CHECK_FALSE(contains(each.message, "-token"));
}

TEST_CASE("http: secrets are not shown when the server repeats them") {
  ::setenv("TELLTALE_TEST_SECRET", "hunter2hunter2", 1);
  const auto secret = map_of({{"env", text("TELLTALE_TEST_SECRET")}});
  const std::string echo = R"({"status":"fail","output":"no user hunter2hunter2"})";
  auto out = probe(answers(page("application/health+json", echo, "503 X")), {{"bearer", secret}});
  CHECK(contains(out.message, "503 Service Unavailable: no user ***"));
  out = probe(answers(reply("302 X", "", "Location: /in/hunter2hunter2\r\n")), {{"bearer", secret}});
  CHECK(contains(out.message, "302 Found redirects to /in/***"));
}
