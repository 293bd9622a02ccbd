// Implements asking: an exchange for each server, and one timer that ends with the last of them.
#include "dns/ask.hpp"

#include <memory>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "dns/exchange.hpp"

namespace telltale::dns {
namespace {

namespace asio = boost::asio;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

/// Ends the exchanges also when the coroutine is destroyed while it waits.
struct round {
  round() = default;
  round(const round&) = delete;
  round& operator=(const round&) = delete;
  ~round() { stop(); }

  std::vector<reply> stop() {
    std::vector<reply> out;
    for (const auto& each : exchanges) out.push_back(each->stop());
    exchanges.clear();
    return out;
  }
  std::vector<std::shared_ptr<exchange>> exchanges;
};

}  // namespace

asio::awaitable<std::vector<reply>> ask(net::run& now, const question& what, const std::vector<name_server>& servers) {
  const auto budget = std::chrono::ceil<std::chrono::milliseconds>(now.budget);
  asio::steady_timer over(now.ctx.executor, now.until);
  auto open = servers.size();
  round asked;
  for (const auto& server : servers) {
    asked.exchanges.push_back(std::make_shared<exchange>(now.ctx.executor, what, server, budget));
    asked.exchanges.back()->start([&open, &over] {
      if (--open == 0) over.cancel();
    });
  }
  if (open > 0) co_await over.async_wait(no_throw);
  co_return asked.stop();
}

}  // namespace telltale::dns
