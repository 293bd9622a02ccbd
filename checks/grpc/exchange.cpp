// Moves bytes between an HTTP/2 session and the connection of a check.
#include "grpc/exchange.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace telltale::grpc {
namespace {

namespace asio = boost::asio;

/// Many servers close the connection without a word when they expect TLS.
finding explain_lost(const net::run& now, const plan& what, const session& http2, const net::error_code& error) {
  auto failed = http2.explain_lost(error, now.budget);
  if (failed.reason == reason::refused && !http2.answered() && !what.target.tls)
    failed.sentence += " (possible causes: TLS on this port, a proxy that cannot reach its backend)";
  return failed;
}

asio::awaitable<net::error_code> flush(session& http2, net::stream& line) {
  const auto bytes = http2.take_output();
  net::error_code error;
  if (!bytes.empty()) error = co_await line.write(bytes);
  co_return error;
}

asio::awaitable<finding> call(net::run& now, const plan& what, session& http2, net::stream& line) {
  const net::stopwatch watch(now.found);
  const auto left = now.until - std::chrono::steady_clock::now();
  http2.call(request_fields(what, left), what.message);
  std::array<char, 4096> chunk;
  while (!http2.ended()) {
    co_await flush(http2, line);  // if it fails, what the server sent before it closed tells more
    const auto got = co_await line.read_some(chunk);
    if (got.error) co_return explain_lost(now, what, http2, got.error);
    http2.feed({chunk.data(), got.bytes});
    if (!http2.unprocessed()) line.set_deadline(now.until);  // see wait_for_first_byte
  }
  watch.stop("reply_seconds");
  co_await flush(http2, line);  // a server may wait for the acknowledgement of its settings
  co_return *http2.ended();
}

}  // namespace

asio::awaitable<answer> ask(net::run& now, const plan& what, net::kept_connection& kept) {
  bool was_silent = false;
  for (;;) {
    answer out;
    out.lent = co_await kept.open(now, what.target);
    out.found = std::move(out.lent.failed);
    if (!out.lent.line) co_return out;
    if (!out.lent.state) out.lent.state = std::make_unique<session>(what.what);
    auto& http2 = static_cast<session&>(*out.lent.state);
    const auto begin = std::chrono::steady_clock::now();
    out.lent.wait_for_first_byte(now);
    out.found = co_await call(now, what, http2, *out.lent.line);
    out.wait = std::chrono::steady_clock::now() - begin;
    const bool late = out.found.reason == reason::timeout;
    if (out.lent.reused && http2.unprocessed()) {
      was_silent = late;
      now.begin = std::chrono::steady_clock::now();  // the wait on a dead connection is no latency of the server
      continue;                                      // `open` has nothing kept any more, so the next connection is new
    }
    if (was_silent && late) out.found.sentence += " (on the kept connection, then on a new one)";
    if (!http2.ended()) out.lent.line.reset();
    co_return out;
  }
}

asio::awaitable<void> put_back(const net::run& now, net::kept_connection& kept, answer from) {
  if (!from.lent.line) co_return;
  auto& http2 = static_cast<session&>(*from.lent.state);
  if (from.found.verdict == verdict::pass && kept.keeps() && http2.reusable() && !is_slow(now, from.wait)) {
    co_await kept.give_back(std::move(from.lent));
    co_return;
  }
  http2.leave();
  co_await flush(http2, *from.lent.line);
  co_await from.lent.line->close(std::chrono::milliseconds(250));
}

}  // namespace telltale::grpc
