// Secrets that change: they are read again after the server has declined them, if a worker could read them.
#include "checks/http/peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// Accepts one token.
script wants(const std::string& token) {
  return [token](tcp::socket socket) -> asio::awaitable<void> {
    for (;;) {
      const auto request = co_await read_request(socket);
      if (request.empty()) co_return;
      const bool known = contains(request, "Authorization: Bearer " + token + "\r\n");
      auto answer = reply(known ? "200 OK" : "401 Unauthorized");
      co_await say(socket, std::move(answer));
    }
  };
}

using step = std::function<void(part_here&)>;

/// One run, and one more after each step.
std::vector<outcome> probe_between(const std::vector<step>& steps, const std::string& file, const std::string& token) {
  asio::io_context io;
  peer server(io, wants(token));
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  const auto raw = map_of({{"url", text("http://server.test/")}, {"bearer", map_of({{"file", text(file)}})}});
  auto check = checks::http().make_async(raw);
  part_here part(checks::http(), raw);
  std::vector<outcome> out;
  const auto run_all = [&]() -> asio::awaitable<void> {
    for (std::size_t i = 0; i <= steps.size(); ++i) {
      if (i > 0) steps[i - 1](part);
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + ample, &names, &part};
      auto found = co_await check->probe(ctx);
      out.push_back(std::move(found));
    }
    check.reset();
    server.stop();
  };
  asio::co_spawn(io, run_all(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run_for(10s);
  CHECK(io.stopped());
  return out;
}

}  // namespace

TEST_CASE("http secrets: a token that was replaced is used after the old one was declined") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  const auto out = probe_between({[&](part_here& part) {
                                    CHECK(part.runs == 0);
                                    folder.write("token", "new-token");
                                  },
                                  [](part_here& part) { CHECK(part.runs == 1); }},
                                 file, "new-token");
  REQUIRE(out.size() == 3);
  CHECK(out[0].reason == reason::auth);
  CHECK(out[1].verdict == verdict::pass);
  CHECK(out[2].verdict == verdict::pass);
}

TEST_CASE("http secrets: those that cannot be read again stay, and the message says why") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  const auto out = probe_between({[&](part_here&) { std::filesystem::remove(file); },
                                  [&](part_here& part) {
                                    folder.write("token", "new-token");
                                    part.hangs = true;
                                  },
                                  [](part_here& part) { part.hangs = false; }},
                                 file, "new-token");
  REQUIRE(out.size() == 4);
  CHECK(contains(out[1].message,
                 "does not accept the credentials (they could not be read again: cannot read the secret"));
  CHECK(contains(out[2].message, "(they could not be read again: no answer from the worker in time)"));
  CHECK(out[3].verdict == verdict::pass);
  for (const auto& each : out) CHECK_FALSE(contains(each.message, "-token"));
}
