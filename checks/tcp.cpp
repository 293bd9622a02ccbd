// The tcp check: connects to a port or socket and optionally verifies the server's text.
#include <chrono>
#include <memory>
#include <string>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "net/dial.hpp"
#include "net/tls_refusal.hpp"
#include "tcp/options.hpp"
#include "tcp/plan.hpp"
#include "tcp/session.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

/// With `expect_refused` the result of `dial` is inverted. Nothing listens at a Unix socket that does not exist,
/// either.
finding judge_refusal(const net::dialed& dialed) {
  if (dialed.line) return net::failure(reason::mismatch, "accepted the connection, which should be refused");
  const auto why = dialed.failed.reason;
  return why == reason::refused || why == reason::missing ? finding() : dialed.failed;
}

const char* done(const tcp_options& options, const net::dialed& dialed) {
  if (options.expect_refused)
    return dialed.failed.reason == reason::missing ? "does not exist, as expected"
                                                   : "refused the connection, as expected";
  return options.waits_for_text() ? "expected text received" : "connected";
}

asio::awaitable<outcome> run_once(std::shared_ptr<const tcp_plan> what, async_context ctx) {
  net::run now(std::move(ctx), to_text(what->options.address));
  auto dialed = co_await net::dial(now, what->target);
  auto failed = what->options.expect_refused ? judge_refusal(dialed) : dialed.failed;
  if (dialed.line && !what->options.expect_refused) failed = co_await talk(now, *what, *dialed.line, dialed.facts);
  now.add(std::move(failed));
  const auto took = std::chrono::steady_clock::now() - now.begin;  // without the wait that follows
  if (dialed.line && what->target.tls && !what->options.waits_for_text()) {
    auto refused = co_await net::await_refusal(now, *dialed.line, *what->target.tls, dialed.facts);
    now.add(std::move(refused));
  }
  now.judge_duration(took, what->options.network.latency);
  if (dialed.line) co_await dialed.line->close(std::chrono::milliseconds(250));
  co_return std::move(now).result(done(what->options, dialed));
}

class tcp_check final : public async_check {
 public:
  explicit tcp_check(tcp_options options) : plan_(std::make_shared<const tcp_plan>(std::move(options))) {}
  asio::awaitable<outcome> probe(async_context ctx) override { return run_once(plan_, std::move(ctx)); }

 private:
  std::shared_ptr<const tcp_plan> plan_;
};

}  // namespace

namespace checks {

check_type tcp() {
  auto measurements = net::dial_measurements();
  measurements.push_back(net::starttls_measurement());
  measurements.push_back({"reply_seconds", "Time until the expected text."});
  return async_type<tcp_check, tcp_options>({
      .name = "tcp",
      .summary = "Connects to a TCP port or Unix socket, and optionally waits for a text.",
      .proves = "A server accepts connections at `address` and sends the expected text.",
      .does_not_prove = "That the server works: without `expect` or `match`, a proxy or the kernel may have accepted.",
      .measurements = std::move(measurements),
  });
}

}  // namespace checks
}  // namespace telltale
