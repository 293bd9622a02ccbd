// The grpc check against scripted peers: each outcome that it tells apart, with its reason.
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "checks/grpc/peer.hpp"
#include "fakes/temp_folder.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::string_literals;

namespace {

asio::awaitable<void> closes(tcp::socket socket) { co_await read_call(socket); }
asio::awaitable<void> resets(tcp::socket socket) {
  co_await read_call(socket);
  socket.set_option(tcp::socket::linger(true, 0));
  socket.close();  // a destructor would not reset
}
/// These bytes and nothing else, also no settings.
script says(std::string bytes, bool hang_up = false) {
  return [bytes, hang_up](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_call(socket);
    co_await say(socket, bytes);
    if (!hang_up) co_await until_closed(socket);
  };
}
script answers_and_closes(std::string bytes) { return says(h2::hello() + std::move(bytes), true); }
asio::awaitable<void> drips(tcp::socket socket) {
  co_await read_call(socket);
  asio::steady_timer pause(socket.get_executor());
  for (const char c : h2::hello() + h2::reply(h2::serving)) {
    co_await say(socket, std::string(1, c));
    pause.expires_after(1ms);
    co_await pause.async_wait(quiet);
  }
  co_await until_closed(socket);
}
/// Sends the same bytes until the client has gone.
script floods(std::string bytes) {
  return [bytes](tcp::socket socket) -> asio::awaitable<void> {
    co_await say(socket, h2::hello());
    for (;;) {
      const auto buffer = asio::buffer(bytes);
      auto [error, count] = co_await asio::async_write(socket, buffer, quiet);
      if (error) co_return;
    }
  };
}
/// Answers, and keeps all that the client has sent.
script records(std::string bytes, std::string& heard) {
  return [bytes, &heard](tcp::socket socket) -> asio::awaitable<void> {
    heard = co_await read_call(socket);
    co_await say(socket, h2::hello() + bytes);
    auto buffer = asio::dynamic_buffer(heard);
    co_await asio::async_read(socket, buffer, quiet);
  };
}

}  // namespace

TEST_CASE("grpc: SERVING passes, with the time of every phase") {
  const auto out = probe_grpc(answers(h2::reply(h2::serving)));
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "server.test:50051: SERVING");
  CHECK(out.measured("resolve_seconds"));
  CHECK(out.measured("connect_seconds"));
  CHECK(out.measured("reply_seconds"));
  CHECK(probe_grpc(drips).verdict == verdict::pass);
}

TEST_CASE("grpc: each outcome has its reason and its words") {
  struct row {
    std::string name;
    script behaviour;
    reason why;
    std::string words;
    fakes::options chosen = {};
  };
  const auto page = h2::headers_frame({{":status", "200"}, {"content-type", "text/html"}}, false) +
                    h2::data_frame("<html></html>", true);
  const auto only_trailers =
      h2::headers_frame({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "5"}}, true);
  const fakes::options named{{"service", text("app.V1")}};
  const row rows[] = {
      {"NOT_SERVING", answers(h2::reply(h2::not_serving)), reason::loading, "reports NOT_SERVING for the whole server"},
      {"UNKNOWN", answers(h2::reply("")), reason::mismatch, "reports UNKNOWN"},
      {"SERVICE_UNKNOWN", answers(h2::reply("\x08\x03")), reason::mismatch, "know service 'app.V1'", named},
      {"NOT_FOUND", answers(only_trailers), reason::mismatch, "does not know service 'app.V1' (NOT_FOUND)", named},
      {"UNIMPLEMENTED", answers(h2::grpc_header() + h2::trailers("12")), reason::protocol, "does not implement"},
      {"UNAUTHENTICATED", answers(h2::grpc_header() + h2::trailers("16")), reason::auth, "requires other credentials"},
      {"PERMISSION_DENIED", answers(h2::grpc_header() + h2::trailers("7")), reason::denied, "does not permit"},
      {"RESOURCE_EXHAUSTED", answers(h2::grpc_header() + h2::trailers("8")), reason::overload, "no capacity"},
      {"UNAVAILABLE", answers(h2::grpc_header() + h2::trailers("14")), reason::refused, "is not available"},
      {"DEADLINE_EXCEEDED", answers(h2::grpc_header() + h2::trailers("4")), reason::timeout, "within the time of"},
      {"HTML", answers(page), reason::protocol, "answered with 'text/html' instead of application/grpc"},
      {"503", answers(h2::headers_frame({{":status", "503"}}, true)), reason::refused, "HTTP 503 Service Unavailable"},
      {"HTTP/1", says("HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n"), reason::protocol, "speaks HTTP/1"},
      {"TLS", says("\x15\x03\x01\x00\x02\x02\x46"s), reason::protocol, "speaks TLS on this port: set `tls: true`"},
      {"another protocol", says("SSH-2.0-OpenSSH_9.2p1\r\n"), reason::protocol, "speaks SSH on this port"},
      {"silent", silent, reason::timeout, "no answer within "},
      {"settings only", answers(""), reason::timeout, "no reply to the health call within "},
      {"header only", answers(h2::grpc_header()), reason::timeout, "no end of the reply"},
      {"closes", closes, reason::refused, "closed the connection without an answer (possible causes: TLS on this port"},
      {"resets", resets, reason::refused, "dropped the connection without an answer"},
      {"closes late", answers_and_closes(""), reason::protocol, "closed the connection before its reply"},
      {"closes in the reply", answers_and_closes(h2::grpc_header()), reason::protocol, "before the end of its reply"},
      {"GOAWAY", answers_and_closes(h2::goaway_frame(0, 0)), reason::refused, "without a reply (GOAWAY NO_ERROR)"},
      {"RST_STREAM", answers(h2::error_frame(h2::rst_stream, 11)), reason::overload, "ENHANCE_YOUR_CALM"},
      {"floods", floods(h2::frame(h2::ping, 0, 0, "12345678")), reason::protocol, "more than 256 frames"},
      {"endless data", floods(h2::frame(42, 0, 0, std::string(16'000, 'x'))), reason::protocol, "more than 256 KiB"},
      {"plain where TLS is wanted",
       floods(h2::frame(h2::settings, 0, 0)),
       reason::tls,
       "speaks plain HTTP/2",
       {{"tls", text("true")}}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto out = probe_until(r.words, [&](auto limit) { return probe_grpc(r.behaviour, r.chosen, limit); });
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("grpc: the call carries the service, the metadata and the time that is left; the connection ends politely") {
  ::setenv("TELLTALE_TEST_SECRET", "hunter2hunter2\n", 1);
  std::string heard;
  const auto bearer = map_of({{"env", text("TELLTALE_TEST_SECRET")}, {"prefix", text("Bearer ")}});
  const auto out = probe_grpc(
      records(h2::reply(h2::serving), heard),
      {{"service", text("app.V1")}, {"metadata", map_of({{"authorization", bearer}, {"x-tenant", text("!~!~!~!~")}})}});
  CHECK(out.verdict == verdict::pass);
  const auto frames = h2::read_frames(heard);
  REQUIRE(frames.size() >= 3);
  CHECK(frames[2].payload == h2::message("\x0a\x06"
                                         "app.V1"));
  CHECK(contains(frames[1].payload, "!~!~!~!~"));  // these characters have no shorter Huffman code
  CHECK(h2::has_frame(heard, h2::settings, "", h2::ack));
  CHECK(frames.back().type == h2::goaway);
  CHECK(frames.back().payload == std::string(8, '\0'));
}

TEST_CASE("grpc: a call that is judged early is reset with CANCEL before the connection ends") {
  std::string heard;
  const auto page = h2::headers_frame({{":status", "200"}, {"content-type", "text/html"}}, false);
  CHECK(probe_grpc(records(page, heard)).verdict == verdict::fail);
  CHECK(h2::has_frame(heard, h2::rst_stream, h2::big_endian(8, 4)));
  CHECK(h2::read_frames(heard).back().type == h2::goaway);
}

TEST_CASE("grpc: a secret in the metadata is not shown when the server repeats it") {
  ::setenv("TELLTALE_TEST_SECRET", "hunter2hunter2\n", 1);
  const auto bearer = map_of({{"env", text("TELLTALE_TEST_SECRET")}, {"prefix", text("Bearer ")}});
  const fakes::options chosen{{"metadata", map_of({{"authorization", bearer}, {"x-key", text("literal-key")}})}};
  const auto repeats = [](const char* words) {
    return answers(h2::grpc_header() + h2::trailers("16", {{"grpc-message", words}}));
  };
  const auto out = probe_grpc(repeats("invalid token hunter2hunter2 or literal-key"), chosen);
  CHECK(out.reason == reason::auth);
  CHECK(contains(out.message, "'invalid token *** or ***'"));
}

TEST_CASE("grpc: a slow answer crosses the limit on the latency") {
  const auto slow = [](tcp::socket socket) -> asio::awaitable<void> {
    co_await read_call(socket);
    asio::steady_timer pause(socket.get_executor(), 50ms);
    co_await pause.async_wait(quiet);
    co_await say(socket, h2::hello() + h2::reply(h2::serving));
    co_await until_closed(socket);
  };
  const auto limit = map_of({{"warn", text("20ms")}, {"fail", text("10s")}});
  const auto out = probe_grpc(slow, {{"latency", limit}}, 20s);
  CHECK(out.verdict == verdict::warn);
  CHECK(out.reason == reason::threshold);
  CHECK(contains(out.message, "(limit 20ms)"));
}

TEST_CASE("grpc: a Unix socket") {
  asio::io_context io;
  const temp_folder folder;
  fixed_resolver names;
  const auto check = make_grpc_check({{"address", text("unix:" + (folder / "app.sock"))}});
  CHECK(probe_once(io, check, names, ample, {}).reason == reason::missing);
  asio::local::stream_protocol::acceptor acceptor(io, folder / "app.sock");
  std::string heard;
  const auto serve = [&]() -> asio::awaitable<void> {
    auto [error, socket] = co_await acceptor.async_accept(quiet);
    heard = co_await read_call(socket);
    co_await say(socket, h2::hello() + h2::reply(h2::serving));
    co_await until_closed(socket);
  };
  asio::co_spawn(io, serve(), [](std::exception_ptr e) { CHECK_FALSE(e); });
  const auto out = probe_once(io, check, names, ample, {});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
}
