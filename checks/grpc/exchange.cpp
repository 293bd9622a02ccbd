// Moves bytes between an HTTP/2 session and a stream.
#include "grpc/exchange.hpp"

#include <array>
#include <chrono>
#include <string>

namespace telltale::grpc {

namespace {

/// Many servers close the connection without a word when they expect TLS.
finding explain_lost(const net::run& now, const plan& what, const session& http2, const net::error_code& error) {
  auto failed = http2.explain_lost(error, now.budget);
  if (failed.reason == reason::refused && !http2.answered() && !what.target.tls)
    failed.sentence += " (possible causes: TLS on this port, a proxy that cannot reach its backend)";
  return failed;
}

}  // namespace

namespace asio = boost::asio;

asio::awaitable<finding> ask(net::run& now, const plan& what, session& http2, net::stream& line) {
  const net::stopwatch watch(now.found);
  const auto left = now.until - std::chrono::steady_clock::now();
  http2.call(request_fields(what, left), what.message);
  std::array<char, 4096> chunk;
  net::error_code unsent;
  while (!http2.ended()) {
    const auto bytes = http2.take_output();
    // What the server sent before it closed is more specific than the failed write.
    if (!bytes.empty() && !unsent) unsent = co_await line.write(bytes);
    const auto got = co_await line.read_some(chunk);
    if (got.error) co_return explain_lost(now, what, http2, got.error);
    http2.feed({chunk.data(), got.bytes});
  }
  watch.stop("reply_seconds");
  co_return *http2.ended();
}

asio::awaitable<void> leave(session& http2, net::stream& line) {
  http2.leave();
  const auto bytes = http2.take_output();
  co_await line.write(bytes);
  co_await line.close(std::chrono::milliseconds(250));
}

}  // namespace telltale::grpc
