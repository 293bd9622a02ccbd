// Scripted HTTP servers on loopback, and runs of the check against them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ssl/stream.hpp>

#include <telltale/check_type.hpp>

#include "fakes/network_peer.hpp"

namespace telltale::checks {
check_type http();
}

namespace telltale::fakes {

/// A reply with a body and its length.
inline std::string reply(const std::string& status, const std::string& body = "", const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string page(const std::string& type, const std::string& body, const std::string& status = "200 OK") {
  return reply(status, body, "Content-Type: " + type + "\r\n");
}

/// Says `bytes` to each request of a connection; then hangs up, or waits for the client to.
template <class Stream>
asio::awaitable<void> answer_all(Stream& stream, std::string bytes, bool hang_up) {
  for (;;) {
    const auto request = co_await read_request(stream);
    if (request.empty()) co_return;
    co_await say(stream, bytes);
    if (hang_up) co_return;
  }
}
inline script answers(std::string bytes, bool hang_up = false) {
  return [bytes, hang_up](tcp::socket socket) -> asio::awaitable<void> { co_await answer_all(socket, bytes, hang_up); };
}
inline script answers_over_tls(std::shared_ptr<asio::ssl::context> context, std::string bytes) {
  return [context, bytes](tcp::socket socket) -> asio::awaitable<void> {
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *context);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, quiet);
    if (!error) co_await answer_all(stream, bytes, false);
  };
}

/// Runs the check `times` times against this behaviour; the options need no URL.
inline std::vector<outcome> probe_often(const script& behaviour, options chosen, int times,
                                        std::chrono::milliseconds timeout = ample,
                                        const char* url = "http://server.test/health?token=hidden") {
  const auto descriptors = open_descriptors();
  std::vector<outcome> out;
  {
    asio::io_context io;
    peer server(io, behaviour);
    fixed_resolver names;
    names.answer.endpoints = {server.endpoint()};
    chosen.emplace_back("url", text(url));
    auto check = make_check(checks::http(), std::move(chosen));
    const auto run_all = [&]() -> asio::awaitable<void> {
      for (int i = 0; i < times; ++i) {
        const async_context ctx{io.get_executor(), std::chrono::steady_clock::now() + timeout, &names};
        out.push_back(co_await check->probe(ctx));
      }
      check.reset();  // closes the kept connection
      server.stop();
    };
    asio::co_spawn(io, run_all(), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
    io.run_for(timeout * times + slack);
    CHECK(io.stopped());
    CHECK(server.open() == 0);
  }
  CHECK(open_descriptors() == descriptors);
  for (const auto& each : out) CHECK_FALSE(contains(each.message, "hidden"));
  REQUIRE(out.size() == static_cast<std::size_t>(times));
  return out;
}

inline outcome probe(const script& behaviour, options chosen = {}, std::chrono::milliseconds timeout = ample,
                     const char* url = "http://server.test/health?token=hidden") {
  return probe_often(behaviour, std::move(chosen), 1, timeout, url).front();
}

}  // namespace telltale::fakes
