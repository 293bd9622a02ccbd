// Selects the jobs that one worker gets, and counts those that wait.
#include "worker/job_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace telltale {

void job_queue::push_back(job_ptr j) { jobs_.push_back(std::move(j)); }

void job_queue::push_front(std::vector<job_ptr> jobs) {
  jobs_.insert(jobs_.begin(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
}

std::vector<job_ptr> job_queue::take_group(bool slow_allowed, worker_load before) {
  std::vector<job_ptr> out;
  auto first_slow = jobs_.end();
  for (auto it = jobs_.begin(); it != jobs_.end() && before.jobs < max_in_group;) {
    const auto& j = **it;
    if (!j.task->may_begin() || is_slow(j)) {
      if (j.task->may_begin() && before.jobs == 0 && first_slow == jobs_.end()) first_slow = it;
      ++it;
      continue;
    }
    before.expected += j.expected();
    if (before.jobs++ > 0 && before.expected >= slice_) break;  // the first one always fits
    out.push_back(std::move(*it));
    it = jobs_.erase(it);
  }
  if (!out.empty() || !slow_allowed || first_slow == jobs_.end()) return out;
  out.push_back(std::move(*first_slow));
  jobs_.erase(first_slow);
  return out;
}

std::vector<job_ptr> job_queue::take_if(const std::function<bool(const job&)>& wanted) {
  const auto kept = [&](const job_ptr& j) { return !wanted(*j); };
  if (std::ranges::all_of(jobs_, kept)) return {};
  const auto taken = std::stable_partition(jobs_.begin(), jobs_.end(), kept);
  std::vector<job_ptr> out(std::make_move_iterator(taken), std::make_move_iterator(jobs_.end()));
  jobs_.erase(taken, jobs_.end());
  return out;
}

job_queue::demand job_queue::waiting() const {
  demand out;
  std::chrono::nanoseconds sum{0};
  for (const auto& j : jobs_) {
    out.next_expiry = std::min(out.next_expiry, j->wait_limit());
    if (!j->task->may_begin()) continue;
    if (is_slow(*j)) {
      ++out.slow_jobs;
      continue;
    }
    out.quick_since = std::min(out.quick_since, j->submitted);
    sum += j->expected();
    if (out.quick_groups > 0 && sum < slice_) continue;
    ++out.quick_groups;
    sum = j->expected();
  }
  return out;
}

}  // namespace telltale
