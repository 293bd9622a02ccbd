// Ten thousand probes of peers that misbehave: each ends in time with its reason, and no connection is left at either
// end.
#include <memory>

#include "checks/grpc/peer.hpp"
#include "fakes/many_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

using socket_task = asio::awaitable<void>;

socket_task hangs_up(tcp::socket socket) { co_await read_call(socket); }
script says(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    co_await read_call(socket);
    co_await say(socket, bytes);
    co_await until_closed(socket);
  };
}
/// Says the same until nobody listens, and never reads.
script floods(std::string bytes) {
  return [bytes](tcp::socket socket) -> socket_task {
    const auto first = h2::hello();
    co_await say(socket, first);
    for (;;) {
      const auto buffer = asio::buffer(bytes);
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
}

probed_peers all_kinds(asio::io_context& io) {
  const auto page = h2::headers_frame({{":status", "200"}, {"content-type", "text/html"}}, false);
  const auto context = selecting(make_identity({}), "h2");
  const options tls{{"tls", text("true")}, {"insecure", text("true")}};
  probed_peers out;
  const auto add = [&](script does, reason why, options chosen = {}) {
    chosen.emplace_back("address", text("server.test:50051"));
    out.push_back(std::make_unique<probed_peer>(io, std::move(does), make_grpc_check(std::move(chosen)), why));
  };
  add(answers(h2::reply(h2::serving)), reason::ok);
  add(answers_over_tls(context, h2::reply(h2::serving)), reason::ok, tls);
  add(silent, reason::timeout);
  add(silent, reason::timeout, tls);
  add(hangs_up, reason::refused);
  add(says("HTTP/1.1 400 Bad Request\r\n\r\n"), reason::protocol);
  add(answers(""), reason::timeout);
  add(answers(h2::grpc_header() + h2::data_frame("x")), reason::timeout);
  add(answers(page), reason::protocol);
  add(answers(h2::goaway_frame(0, 0)), reason::refused);
  add(answers(h2::error_frame(h2::rst_stream, 11)), reason::overload);
  add(answers(h2::data_frame("x", false, 0)), reason::protocol);
  add(floods(h2::frame(h2::ping, 0, 0, "12345678")), reason::protocol);
  add(floods(h2::frame(42, 0, 0, std::string(1000, 'x'))), reason::protocol);
  return out;
}

}  // namespace

TEST_CASE("grpc leaks: after ten thousand probes nothing is connected and no descriptor is open") {
  const auto descriptors = open_descriptors();
  {
    asio::io_context io;
    probe_many(io, all_kinds(io));
  }
  CHECK(open_descriptors() == descriptors);
}
