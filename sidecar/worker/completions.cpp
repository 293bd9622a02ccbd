// Queues completions and posts one handler per loop iteration.
#include "worker/completions.hpp"

#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

namespace telltale {
namespace {

// Completions for which the queue keeps its capacity between loop iterations.
constexpr std::size_t max_kept = 1024;

}  // namespace

void completions::found(job j, run_report report) { add(finished_run{std::move(j.run_done), std::move(report)}); }

void completions::resolved(job j, resolution found) { add(finished_lookup{std::move(j.name->done), std::move(found)}); }

void completions::failed(job j, reason why, std::string sentence, std::chrono::nanoseconds waited,
                         std::chrono::nanoseconds duration) {
  if (j.is_lookup()) {
    resolution nothing;
    nothing.error = fmt::format("{} does not resolve: {}", j.name->host, sentence);
    nothing.timed_out = why == reason::timeout;
    return resolved(std::move(j), std::move(nothing));
  }
  auto unchanged = std::move(j.input.memory);
  found(std::move(j), {outcome::fail(why, std::move(sentence)), waited, duration, std::move(unchanged)});
}

void completions::add(answer one) {
  ready_->waiting.push_back(std::move(one));
  if (ready_->waiting.size() > 1) return;
  boost::asio::post(context_, [weak = std::weak_ptr(ready_)] { deliver(weak); });
}

void completions::deliver(const std::weak_ptr<queues>& weak) {
  const auto alive = weak.lock();
  if (!alive) return;
  auto now = std::exchange(alive->waiting, std::exchange(alive->spare, {}));
  for (auto& each : now)
    if (weak.use_count() > 1) std::visit([](auto& found) { found.call(); }, each);
  now.clear();
  if (now.capacity() <= max_kept) alive->spare = std::move(now);
}

}  // namespace telltale
