// One post for all answers of one turn of the loop.
#include "worker/answers.hpp"

#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

namespace telltale {

void answers::found(job j, outcome found, memory remembered, std::chrono::nanoseconds waited,
                    std::chrono::nanoseconds duration) {
  run_report report{std::move(found), waited, duration, std::move(remembered)};
  add([done = std::move(j.run_done), report = std::move(report)]() mutable { done(std::move(report)); });
}

void answers::resolved(job j, resolution answer) {
  add([done = std::move(j.resolve_done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

void answers::failed(job j, reason why, std::string sentence, std::chrono::nanoseconds waited,
                     std::chrono::nanoseconds duration) {
  if (j.is_lookup()) {
    resolution answer;
    answer.error = fmt::format("{} does not resolve: {}", j.host, sentence);
    answer.timed_out = why == reason::timeout;
    return resolved(std::move(j), std::move(answer));
  }
  auto unchanged = std::move(j.input.memory);
  found(std::move(j), outcome::fail(why, std::move(sentence)), std::move(unchanged), waited, duration);
}

void answers::add(std::function<void()> callback) {
  ready_->push_back(std::move(callback));
  if (ready_->size() > 1) return;
  boost::asio::post(context_, [weak = std::weak_ptr(ready_)] {
    const auto alive = weak.lock();
    if (!alive) return;
    const auto now = std::exchange(*alive, {});
    for (const auto& call : now)
      if (weak.use_count() > 1) call();
  });
}

}  // namespace telltale
