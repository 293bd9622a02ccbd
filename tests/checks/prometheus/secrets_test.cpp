// A token that changes: it is read again in the run in which the exporter declines it.
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

TEST_CASE("prometheus secrets: a token that was replaced is used in the run in which the old one is declined") {
  const temp_folder folder;
  const auto file = folder.write("token", "old-token");
  fakes::options chosen{{"url", text("http://server.test/")},
                        {"values", map_of({{"up", text("1")}})},
                        {"bearer", map_of({{"file", text(file)}})}};
  const auto out = probe_between(checks::prometheus(), std::move(chosen), wants_new_token,
                                 {[&](part_here&) { std::filesystem::remove(file); },
                                  [&](part_here& part) {
                                    CHECK(part.runs == 2);
                                    folder.write("token", "new-token");
                                  },
                                  [](part_here& part) { CHECK(part.runs == 3); }});
  CHECK(to_string(out[0].reason) == "auth");
  CHECK(contains(out[1].message, "(the secrets could not be read again: cannot read the secret"));
  CHECK(out[2].message == "http://server.test:80/: up is 1");
  CHECK(out[3].verdict == verdict::pass);
}
