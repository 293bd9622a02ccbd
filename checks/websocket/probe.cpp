// The run from top to bottom, and the outcome it leads to.
#include "websocket/probe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "websocket/conversation.hpp"
#include "websocket/opening.hpp"

namespace telltale::websocket {
namespace {

namespace asio = boost::asio;

asio::awaitable<maybe_failure> converse(run& now) {
  std::string leftover;
  auto failed = co_await open_websocket(now, leftover);
  if (failed) co_return failed;
  conversation talk(now, leftover);
  if (now.what.options.ping) failed = co_await talk.ping();
  if (!failed) failed = co_await talk.exchange();
  // Not after a failure: the peer misbehaves or the time is up, and closing the socket tells it all it needs.
  if (!failed) co_await talk.close();
  co_return failed;
}

std::string healthy_sentence(const run& now) {
  const auto& options = now.what.options;
  std::string did = "opened";
  if (options.ping) did += ", ping answered";
  if (options.expect) did += ", expected reply received";
  return fmt::format("{}: {}{}", shown(options.url), did, now.remark);
}

}  // namespace

asio::awaitable<outcome> probe(std::shared_ptr<const plan> what, async_context ctx, std::unique_ptr<connection> line) {
  const auto left = ctx.deadline - std::chrono::steady_clock::now();
  const auto budget = std::max<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0));
  const auto margin = std::min<std::chrono::nanoseconds>(std::chrono::milliseconds(50), budget / 20);
  run now{*what, ctx, *line, budget, ctx.deadline - margin, {}, {}};
  maybe_failure failed;
  try {
    failed = co_await converse(now);
  } catch (const std::exception& e) {
    failed = failure{reason::internal, e.what()};
  }
  line.reset();
  if (failed) now.found.fail(failed->why, fmt::format("{}: {}", shown(what->options.url), failed->sentence));
  auto healthy = healthy_sentence(now);
  co_return std::move(now.found).result(std::move(healthy));
}

}  // namespace telltale::websocket
