// Implements the renewal: a worker reads the secrets first, because a path may be on a mount that hangs.
#include "net/renewal.hpp"

#include <chrono>

#include <fmt/format.h>

#include <telltale/async_check.hpp>

namespace telltale::net {
namespace {

bool is_declined(const finding& found) { return found.reason == reason::auth || found.reason == reason::denied; }

/// Why the secrets cannot be read; empty when they can.
boost::asio::awaitable<std::string> unreadable_secrets(const async_context& ctx) {
  const auto now = std::chrono::steady_clock::now();
  const auto read = co_await ctx.part->run(now + (ctx.deadline - now) / 2);
  co_return read.verdict == verdict::pass ? std::string() : read.message;
}

}  // namespace

boost::asio::awaitable<finding> with_current_secrets(run& now, attempt_function attempt, read_function read) {
  auto found = co_await attempt();
  if (!is_declined(found) || !read || now.ctx.part == nullptr) co_return found;
  auto why = co_await unreadable_secrets(now.ctx);
  bool changed = false;
  try {
    changed = why.empty() && read();
  } catch (const std::runtime_error& e) {
    why = e.what();
  }
  if (!why.empty()) found.sentence += fmt::format(" (the secrets could not be read again: {})", why);
  if (!changed) co_return found;
  now.begin = std::chrono::steady_clock::now();
  found = co_await attempt();
  co_return found;
}

}  // namespace telltale::net
