// A token that changes: it is read again in the run in which the server declines it.
#include "checks/grpc/peer.hpp"
#include "fakes/part_here.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// nghttp2 compresses the value, so a long token is recognised by the size of the header.
script wants_long_token(std::string declining) {
  return [declining](tcp::socket socket) -> asio::awaitable<void> {
    const auto bytes = co_await read_call(socket);
    std::size_t size = 0;
    for (const auto& frame : h2::read_frames(bytes))
      if (frame.type == h2::headers) size = frame.payload.size();
    auto answer = h2::hello() + (size > 300 ? h2::reply(h2::serving) : declining);
    co_await say(socket, std::move(answer));
    co_await until_closed(socket);
  };
}

std::string status(const std::string& code) {
  return h2::headers_frame({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", code}}, true);
}

}  // namespace

TEST_CASE("grpc secrets: a token that was replaced is used in the run in which the old one is declined") {
  const std::string answers[] = {status("16"), status("7"), h2::headers_frame({{":status", "401"}}, true)};
  for (const auto& declining : answers) {
    const temp_folder folder;
    const auto file = folder.write("token", "old-token");
    fakes::options chosen{{"address", text("server.test:50051")},
                          {"reconnect", text("0s")},
                          {"metadata", map_of({{"authorization", map_of({{"file", text(file)}})}})}};
    const auto out = probe_between(checks::grpc(), std::move(chosen), wants_long_token(declining),
                                   {[&](part_here& part) {
                                      CHECK(part.runs == 1);
                                      std::filesystem::remove(file);
                                    },
                                    [&](part_here&) { folder.write("token", std::string(600, '7')); },
                                    [](part_here& part) { CHECK(part.runs == 3); }});
    CAPTURE(out[0].message);
    CHECK(out[0].verdict == verdict::fail);
    CHECK(contains(out[1].message, "(the secrets could not be read again: cannot read the secret"));
    CHECK(out[2].message == "server.test:50051: SERVING");
    CHECK(out[3].message == "server.test:50051: SERVING");
  }
}
