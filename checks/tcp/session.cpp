// Implements the conversation of a tcp check.
#include "tcp/session.hpp"

#include <array>

#include <boost/asio/error.hpp>

#include "net/explain.hpp"
#include "net/tls_refusal.hpp"
#include "tcp/awaited_text.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
constexpr net::phase_words sending{"the text could not be sent", "before the text was sent"};
constexpr net::phase_words expecting{"no answer", "before the expected text"};

/// The connection was lost before a byte of the server: over TLS 1.3 perhaps for lack of a client certificate.
finding explain_silence(const net::run& now, const tcp_plan& what, const net::tls_facts& facts, net::error_code error) {
  auto refused = net::may_refuse(facts) ? net::judge_refusal(error, *what.target.tls) : finding();
  if (refused.verdict != verdict::pass) return refused;
  return net::explain_broken(error, expecting, false, now.budget);
}

asio::awaitable<finding> await_text(net::run& now, const tcp_plan& what, net::stream& line,
                                    const net::tls_facts& facts) {
  awaited_text text(what.options);
  std::array<char, 2048> chunk;
  for (;;) {
    const auto got = co_await line.read_some(chunk);
    if (text.add({chunk.data(), got.bytes})) co_return finding();
    if (!got.error && !text.full()) continue;
    if (text.heard().empty()) co_return explain_silence(now, what, facts, got.error);
    if (text.found()) co_return finding();
    co_return net::failure(reason::mismatch, text.unmet(shown_peer_text(text.heard(), what.secrets)));
  }
}

}  // namespace

asio::awaitable<finding> talk(net::run& now, const tcp_plan& what, net::stream& line, const net::tls_facts& facts) {
  const net::stopwatch watch(now.found);
  const bool waits = what.options.waits_for_text();
  if (!what.send.empty()) {
    const auto error = co_await line.write(what.send);
    // What the server sent before it closed is more specific than the closed connection.
    if (error && !waits && !net::may_refuse(facts)) co_return net::explain_broken(error, sending, false, now.budget);
  }
  if (!waits) co_return finding();
  auto failed = co_await await_text(now, what, line, facts);
  if (failed.verdict == verdict::pass) watch.stop("reply_seconds");
  co_return failed;
}

}  // namespace telltale
