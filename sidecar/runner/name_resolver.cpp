// Implements one lookup per name at a time, with the last addresses as a fallback.
#include "runner/name_resolver.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace telltale {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

// A lookup may outlive the run that requested it: a slow answer serves the next run.
constexpr std::chrono::seconds lookup_limit{10};

// More names than a configuration has: a server that redirects to ever new ones must not fill the memory.
constexpr std::size_t max_names = 1'000;

// A lookup in progress, shared by the coroutines that wait for it.
struct shared_lookup {
  bool done = false;
  resolution answer;
  std::vector<std::weak_ptr<asio::steady_timer>> waiting;
};

struct known_name {
  std::shared_ptr<shared_lookup> current;  // null: no lookup in progress
  std::vector<tcp::endpoint> good;         // of the last successful lookup; kept without limit and flagged when used
};

void finish(known_name& name, resolution answer) {
  const auto lookup = std::exchange(name.current, nullptr);
  lookup->done = true;
  lookup->answer = std::move(answer);
  if (!lookup->answer.endpoints.empty()) name.good = lookup->answer.endpoints;
  for (const auto& weak : lookup->waiting)
    if (const auto timer = weak.lock()) timer->cancel();
}

resolution with_port(resolution answer, std::uint16_t port) {
  for (auto& endpoint : answer.endpoints) endpoint.port(port);
  return answer;
}

// Returns the last good addresses, flagged, when a lookup failed or is slow.
resolution fall_back(const known_name& name, const resolution& failure) {
  if (name.good.empty()) return failure;
  resolution out;
  out.endpoints = name.good;
  out.remembered = true;
  return out;
}

class pool_resolver final : public name_resolver {
 public:
  explicit pool_resolver(worker_pool& pool) : pool_(pool) {}

  asio::awaitable<resolution> resolve(std::string host, std::uint16_t port,
                                      steady_clock::time_point deadline) override {
    boost::system::error_code not_numeric;
    const auto address = asio::ip::make_address(host, not_numeric);
    if (!not_numeric) {
      resolution out;
      out.endpoints.emplace_back(address, port);
      co_return out;
    }
    auto answer = co_await ask(std::move(host), deadline);
    co_return with_port(std::move(answer), port);
  }

 private:
  asio::awaitable<resolution> ask(std::string host, steady_clock::time_point deadline) {
    const auto name = name_of(host);
    const auto lookup = look_up(host, name);
    // Addresses that arrive at the deadline are useless. With remembered addresses, half of the time is reserved for
    // them.
    const auto now = steady_clock::now();
    const auto wait_time = name->good.empty() ? deadline : now + (deadline - now) / 2;
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, wait_time);
    lookup->waiting.push_back(timer);
    constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
    co_await timer->async_wait(no_throw);
    if (lookup->done && !lookup->answer.endpoints.empty()) co_return lookup->answer;
    if (lookup->done) co_return fall_back(*name, lookup->answer);
    resolution late;
    late.error = fmt::format("{} does not resolve: no answer in time", host);
    late.timed_out = true;
    co_return fall_back(*name, late);
  }

  std::shared_ptr<known_name> name_of(const std::string& host) {
    if (names_.size() >= max_names) std::erase_if(names_, [](const auto& each) { return !each.second->current; });
    auto& entry = names_[host];
    if (!entry) entry = std::make_shared<known_name>();
    return entry;
  }

  std::shared_ptr<shared_lookup> look_up(const std::string& host, const std::shared_ptr<known_name>& name) {
    if (name->current) return name->current;
    name->current = std::make_shared<shared_lookup>();
    pool_.resolve(host, 0, lookup_limit, [weak = std::weak_ptr(name)](resolution answer) {
      if (const auto alive = weak.lock()) finish(*alive, std::move(answer));
    });
    return name->current;
  }

  worker_pool& pool_;
  std::map<std::string, std::shared_ptr<known_name>> names_;
};

}  // namespace

std::unique_ptr<name_resolver> make_name_resolver(worker_pool& pool) { return std::make_unique<pool_resolver>(pool); }

}  // namespace telltale
