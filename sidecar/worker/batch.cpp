// Implements the bookkeeping of one batch.
#include "worker/batch.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace telltale {

batch::batch(std::uint64_t number, std::vector<job> jobs, time_point sent, std::chrono::nanoseconds slice)
    : number_(number), jobs_(std::move(jobs)), sent_(sent), since_(sent), slice_(slice) {
  assert(!jobs_.empty());
}

bool batch::extend(std::chrono::nanoseconds late) {
  if (extension_.count() > 0) return false;
  extension_ = late + std::min(late, current().timeout);
  return true;
}

std::optional<job> batch::finish(std::uint64_t number, time_point ended, time_point now) {
  if (empty() || current().number != number) return std::nullopt;
  auto done = abandon_current();
  since_ = std::clamp(ended, since_, std::max(since_, now));
  return done;
}

std::optional<std::vector<job>> batch::take_unbegun(std::size_t begun) {
  if (begun < std::max<std::size_t>(done_, 1) || begun > jobs_.size()) return std::nullopt;
  return take_from(begun);
}

std::vector<job> batch::take_all() { return take_from(done_); }

std::vector<job> batch::take_from(std::size_t index) {
  const auto first = jobs_.begin() + static_cast<std::ptrdiff_t>(index);
  std::vector<job> out(std::make_move_iterator(first), std::make_move_iterator(jobs_.end()));
  jobs_.erase(first, jobs_.end());
  return out;
}

job batch::abandon_current() {
  assert(!empty());
  auto out = std::move(jobs_[done_++]);
  extension_ = {};
  return out;
}

}  // namespace telltale
