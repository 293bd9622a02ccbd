// The tcp check: connects to a port or socket and optionally verifies the server's text.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "base/peer_text.hpp"
#include "net/dial.hpp"
#include "net/tls_refusal.hpp"
#include "tcp/options.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
constexpr net::phase_words sending{"the text could not be sent", "before the text was sent"};
constexpr net::phase_words expecting{"no answer", "before the expected text"};

/// Data of one check that is created once and used by every run.
struct plan {
  explicit plan(tcp_options chosen) : options(std::move(chosen)), target{options.address, options.network.ip, {}} {
    if (options.tls) target.tls = net::make_tls_client(options.security, options.address.host);
    if (options.send) send = options.send->reveal();
    if (options.send && !options.send->secret.empty()) secrets.push_back(send);
  }
  tcp_options options;
  net::target target;
  std::string send;
  secret_list secrets;  ///< must not appear in messages
};

/// The connection was lost before a byte of the server: over TLS 1.3 perhaps for lack of a client certificate.
finding explain_silence(const net::run& now, const plan& what, const net::tls_facts& facts, net::error_code error) {
  auto refused = net::may_refuse(facts) ? net::judge_refusal(error, *what.target.tls) : finding();
  if (refused.verdict != verdict::pass) return refused;
  return net::explain_broken(error, expecting, false, now.budget);
}

/// Reads until the expected text arrives, at most 64 KiB.
asio::awaitable<finding> await_text(net::run& now, const plan& what, net::stream& line, const net::tls_facts& facts) {
  constexpr std::size_t most = 64 * 1024;
  const auto& wanted = *what.options.expect;
  std::string heard;
  std::array<char, 2048> chunk;
  for (std::size_t from = 0; heard.find(wanted, from) == std::string::npos;) {
    from = heard.size() - std::min(heard.size(), wanted.size());
    const auto got = co_await line.read_some(chunk);
    heard.append(chunk.data(), got.bytes);
    if (!got.error && heard.size() < most) continue;
    if (heard.empty()) co_return explain_silence(now, what, facts, got.error);
    co_return net::failure(reason::mismatch, fmt::format("the server sent '{}' instead of the expected text",
                                                         shown_peer_text(heard, what.secrets)));
  }
  co_return finding();
}

asio::awaitable<finding> talk(net::run& now, const plan& what, net::stream& line, const net::tls_facts& facts) {
  const net::stopwatch watch(now.found);
  if (!what.send.empty()) {
    const auto error = co_await line.write(what.send);
    // What the server sent before it closed is more specific than the closed connection.
    const bool may_tell_more = what.options.expect || net::may_refuse(facts);
    if (error && !may_tell_more) co_return net::explain_broken(error, sending, false, now.budget);
  }
  if (!what.options.expect) co_return finding();
  auto failed = co_await await_text(now, what, line, facts);
  if (failed.verdict == verdict::pass) watch.stop("reply_seconds");
  co_return failed;
}

/// With `expect_refused` the result of `dial` is inverted; a missing Unix socket counts as refused.
finding judge_refusal(const net::dialed& dialed) {
  if (dialed.line) return net::failure(reason::mismatch, "accepted the connection, which should be refused");
  const auto why = dialed.failed.reason;
  return why == reason::refused || why == reason::missing ? finding() : dialed.failed;
}

const char* done(const tcp_options& options) {
  if (options.expect_refused) return "refused the connection, as expected";
  return options.expect ? "expected text received" : "connected";
}

asio::awaitable<outcome> run_once(std::shared_ptr<const plan> what, async_context ctx) {
  net::run now(std::move(ctx), to_text(what->options.address));
  auto dialed = co_await net::dial(now, what->target);
  auto failed = what->options.expect_refused ? judge_refusal(dialed) : dialed.failed;
  if (dialed.line && !what->options.expect_refused) failed = co_await talk(now, *what, *dialed.line, dialed.facts);
  now.add(std::move(failed));
  const auto took = std::chrono::steady_clock::now() - now.begin;  // without the wait that follows
  if (dialed.line && what->target.tls && !what->options.expect) {
    auto refused = co_await net::await_refusal(now, *dialed.line, *what->target.tls, dialed.facts);
    now.add(std::move(refused));
  }
  now.judge_duration(took, what->options.network.latency);
  if (dialed.line) co_await dialed.line->close(std::chrono::milliseconds(250));
  co_return std::move(now).result(done(what->options));
}

class tcp_check final : public async_check {
 public:
  explicit tcp_check(tcp_options options) : plan_(std::make_shared<const plan>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

 private:
  std::shared_ptr<const plan> plan_;
};

}  // namespace

namespace checks {

check_type tcp() {
  auto measurements = net::dial_measurements();
  measurements.push_back({"reply_seconds", "Time until the expected text."});
  return async_type<tcp_check, tcp_options>({
      .name = "tcp",
      .summary = "Connects to a TCP port or Unix socket, and optionally waits for a text.",
      .proves = "A server accepts connections at `address` and sends the expected text.",
      .does_not_prove = "That the server works: without `expect`, a proxy or the kernel may have accepted.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
