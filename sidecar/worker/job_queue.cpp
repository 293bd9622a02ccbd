// Sorts waiting jobs into quick, slow and held ones and builds batches.
#include "worker/job_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace telltale {

bool job_queue::is_slow(const job& j) const { return j.is_lookup() || j.task->expected() >= slice_; }

std::deque<job>& job_queue::queue_for(const job& j) {
  if (!j.is_lookup() && j.task->dying > 0) return held_;
  return is_slow(j) ? slow_ : quick_;
}

void job_queue::push_back(job j) {
  auto& queue = queue_for(j);
  queue.push_back(std::move(j));
}

void job_queue::push_front(std::vector<job> jobs) {
  for (auto it = jobs.rbegin(); it != jobs.rend(); ++it) {
    auto& queue = queue_for(*it);
    queue.push_front(std::move(*it));
  }
}

std::vector<job> job_queue::take(bool slow_allowed) {
  std::vector<job> out;
  load batch;
  while (!quick_.empty() && out.size() < max_in_batch && fits(batch, quick_.front())) {
    batch.add(quick_.front());
    out.push_back(std::move(quick_.front()));
    quick_.pop_front();
  }
  if (out.empty() && slow_allowed && !slow_.empty()) {
    out.push_back(std::move(slow_.front()));
    slow_.pop_front();
  }
  return out;
}

std::size_t job_queue::quick_batches() const {
  std::size_t batches = 0;
  load batch;
  for (const auto& j : quick_) {
    if (batches == 0 || !fits(batch, j)) {
      ++batches;
      batch = {};
    }
    batch.add(j);
  }
  return batches;
}

void job_queue::load::add(const job& j) {
  sum += j.expected();
  bytes += j.wire_size;
}

bool job_queue::fits(load batch, const job& next) const {
  if (batch.bytes == 0) return true;
  batch.add(next);
  return batch.sum < slice_ && batch.bytes <= max_bytes_;
}

template <class Predicate>
std::vector<job> job_queue::take_if(Predicate wanted) {
  std::vector<job> out;
  for (auto* queue : {&quick_, &slow_, &held_}) {
    const auto taken = std::stable_partition(queue->begin(), queue->end(), [&](const job& j) { return !wanted(j); });
    std::move(taken, queue->end(), std::back_inserter(out));
    queue->erase(taken, queue->end());
  }
  return out;
}

std::vector<job> job_queue::take_expired(time_point now) {
  if (now < next_expiry()) return {};
  return take_if([&](const job& j) { return j.wait_limit() <= now; });
}

job_queue::time_point job_queue::next_expiry() const {
  auto next = time_point::max();
  for (const auto* queue : {&quick_, &slow_, &held_})
    for (const auto& j : *queue) next = std::min(next, j.wait_limit());
  return next;
}

std::vector<job> job_queue::take_task(const task& t) {
  return take_if([&](const job& j) { return j.task.get() == &t; });
}

std::vector<job> job_queue::take_all() {
  return take_if([](const job&) { return true; });
}

void job_queue::release(const task& t) { push_front(take_task(t)); }

}  // namespace telltale
