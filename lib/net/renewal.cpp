// Implements the renewal: the worker reads the secrets first, so that a mount that hangs does not block the loop.
#include "net/renewal.hpp"

#include <chrono>

namespace telltale::net {

boost::asio::awaitable<std::string> unreadable_secrets(async_context ctx) {
  const auto now = std::chrono::steady_clock::now();
  const auto read = co_await ctx.part->run(now + (ctx.deadline - now) / 2);
  co_return read.verdict == verdict::pass ? std::string() : read.message;
}

}  // namespace telltale::net
