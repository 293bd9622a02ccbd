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
      since_(sent),
      slice_(slice) {
  assert(!jobs_.empty());
}

bool batch::extend(std::chrono::nanoseconds late) {
  if (extension_.count() > 0) return false;
  extension_ = late + std::min(late, current().timeout);
  return true;
}

std::optional<job> batch::finish(std::uint64_t number, time_point now) {
  if (jobs_.empty() || jobs_.front().number != number) return std::nullopt;
  answered_ = true;
  auto done = abandon_current();
  since_ = now;
  return done;
}

std::vector<job> batch::take_rest() {
  if (!has_rest()) return {};
  std::vector<job> out(std::make_move_iterator(jobs_.begin() + 1), std::make_move_iterator(jobs_.end()));
  jobs_.erase(jobs_.begin() + 1, jobs_.end());
  return out;
}

std::optional<std::vector<job>> batch::yield() {
  if (!answered_) return std::nullopt;
  return take_all();
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

bool worker_must_yield(loop_clock::time_point since, loop_clock::time_point sent, loop_clock::time_point now,
                       std::chrono::nanoseconds slice) {
  return now - since >= slice || now - sent >= 4 * slice;
}

}  // namespace telltale
