// Bookkeeping of one batch.
#include "worker/batch.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace telltale {

batch::batch(std::uint64_t number, std::vector<job> jobs, time_point sent, std::chrono::nanoseconds slice)
    : number_(number),
      jobs_(std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end())),
      sent_(sent),
      since_(sent),
      slice_(slice) {
  assert(!jobs_.empty());
}

bool batch::extend(std::chrono::nanoseconds late) {
  if (extension_.count() > 0) return false;
  extension_ = late + std::min(late, current().timeout);
  return true;
}

std::optional<job> batch::finish(std::uint64_t number, time_point ended, time_point now) {
  if (jobs_.empty() || jobs_.front().number != number) return std::nullopt;
  ++finished_;
  auto done = abandon_current();
  since_ = std::clamp(ended, since_, std::max(since_, now));
  return done;
}

std::optional<std::vector<job>> batch::take_unbegun(std::size_t begun) {
  if (begun < finished_ || begun > finished_ + jobs_.size()) return std::nullopt;
  const auto first = jobs_.begin() + static_cast<std::ptrdiff_t>(begun - finished_);
  std::vector<job> out(std::make_move_iterator(first), std::make_move_iterator(jobs_.end()));
  jobs_.erase(first, jobs_.end());
  return out;
}

std::vector<job> batch::take_all() {
  std::vector<job> out(std::make_move_iterator(jobs_.begin()), std::make_move_iterator(jobs_.end()));
  jobs_.clear();
  return out;
}

job batch::abandon_current() {
  assert(!jobs_.empty());
  auto out = std::move(jobs_.front());
  jobs_.pop_front();
  extension_ = {};
  return out;
}

}  // namespace telltale
