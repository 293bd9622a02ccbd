// A token that changes: it is read again after the exporter has declined it.
#include "checks/prometheus/peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

asio::awaitable<void> wants_new_token(tcp::socket socket) {
  const auto request = co_await read_request(socket);
  const bool known = contains(request, "Authorization: Bearer new-token\r\n");
  auto answer = known ? reply_of("up 1\n") : std::string("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
  co_await say(socket, std::move(answer));
}

}  // namespace

TEST_CASE("prometheus secrets: a token that was replaced is used after the old one was declined") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  asio::io_context io;
  peer server(io, wants_new_token);
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  const auto raw = map_of({{"url", text("http://server.test/")},
                           {"values", map_of({{"up", text("1")}})},
                           {"bearer", map_of({{"file", text(file)}})}});
  const auto check = checks::prometheus().make_async(raw);
  part_here part(checks::prometheus(), raw);
  std::vector<outcome> found;
  const auto run_all = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + ample, &names, &part};
      auto out = co_await check->probe(ctx);
      found.push_back(std::move(out));
      if (i == 0) std::filesystem::remove(file);
      if (i == 1) folder.write("token", "new-token");
    }
    server.stop();
  };
  asio::co_spawn(io, run_all(), [](std::exception_ptr e) {
    if (e) std::rethrow_exception(e);
  });
  io.run_for(10s);
  CHECK(io.stopped());
  REQUIRE(found.size() == 3);
  CHECK(to_string(found[0].reason) == "auth");
  CHECK(contains(found[1].message, "(they could not be read again: cannot read the secret"));
  CHECK(found[2].verdict == verdict::pass);
  CHECK(part.runs == 2);
}
