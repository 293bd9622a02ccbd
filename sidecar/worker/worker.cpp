// Follows one worker: start, ready, jobs, missed deadlines, death.
#include "worker/worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <telltale/units.hpp>

namespace telltale {
namespace {

using std::chrono::nanoseconds;

// A deadline checked this late means that the whole program was stopped or starved, and perhaps the worker with it.
constexpr std::chrono::milliseconds loop_stall_threshold{100};
// From this time on, the last jobs of a worker are given to others: all are quick, but their sum is long.
constexpr int max_slices = 4;

template <class Jobs>
void append(std::vector<job_ptr>& to, Jobs&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

job_ptr take_front(std::deque<job_ptr>& from) {
  auto out = std::move(from.front());
  from.pop_front();
  return out;
}

// Checks of a hung file system tend to hang together; one after the other, each would cost a slice. The jobs behind the
// first are therefore split in up to four groups, and after a second hang each gets its own worker.
void mark_overtaken(std::vector<job_ptr>& jobs, nanoseconds slice) {
  const auto together = std::max<std::int64_t>((std::ssize(jobs) + 3) / 4, 2);
  for (auto& j : jobs) j->min_expected = ++j->times_overtaken > 1 ? slice : slice / (together + 1) + nanoseconds(1);
}

}  // namespace

worker::worker(std::unique_ptr<worker_process> process, const worker_pool_options& options, time_point now)
    : process_(std::move(process)), options_(options), since_(now) {}

void worker::enter(worker_state next, time_point now) {
  state_ = next;
  since_ = now;
}

worker::time_point worker::due() const {
  switch (state_) {
    case worker_state::starting:
      return since_ + options_.start_limit;
    case worker_state::busy:
      return jobs_.size() > 1 ? overrun() : deadline();
    case worker_state::retiring:
    case worker_state::ending:
      return since_ + options_.kill_grace;
    case worker_state::idle:
    case worker_state::stuck:
      break;
  }
  return time_point::max();
}

void worker::on_time(time_point now, worker_news& news) {
  if (now < due()) return;
  switch (state_) {
    case worker_state::starting:
      read(now, news);
      if (state_ == worker_state::starting)
        on_disconnect(fmt::format("was not ready within {}", human_duration(options_.start_limit)), now, news);
      break;
    case worker_state::busy:
      check_busy(now, news);
      break;
    case worker_state::retiring:
    case worker_state::ending:
      on_event(now, news);  // the process may have ended while the loop was stalled
      if (!ended_) on_grace_expired(now, news);
      break;
    case worker_state::idle:
    case worker_state::stuck:
      break;
  }
}

// ---- Ready, jobs, answers

void worker::assign(std::vector<job_ptr> jobs, bool slow, time_point now, worker_news& news) {
  if (state_ == worker_state::idle) {
    slow_ = slow;
    slice_ = options_.slice;
    current_since_ = now;
    extension_ = {};
    enter(worker_state::busy, now);
  }
  const bool alive = send(jobs);
  if (jobs_.empty()) ++jobs.front()->failed_deliveries;
  append(news.returned, jobs);
  if (jobs_.empty() || !alive) on_disconnect("", now, news);
}

// Moves jobs to the worker until its socket is full. False when the worker has exited.
bool worker::send(std::vector<job_ptr>& jobs) {
  auto next = jobs.begin();
  auto sent = worker_process::sent::yes;
  while (next != jobs.end() &&
         (sent = process_->send((*next)->number, (*next)->payload)) == worker_process::sent::yes) {
    // Jobs behind one that exceeds its timeout are taken back in time.
    slice_ = std::min(slice_, (*next)->timeout);
    jobs_.push_back(std::move(*next++));
  }
  jobs.erase(jobs.begin(), next);
  return sent != worker_process::sent::gone;
}

worker_load worker::load() const {
  worker_load out{jobs_.size()};
  for (const auto& j : jobs_) out.expected += j->expected();
  return out;
}

// Ends by itself: each packet ends a job, makes the worker ready or ends it.
void worker::read(time_point now, worker_news& news) {
  while (listens()) {
    const auto found = process_->receive();
    if (found.what == worker_process::received::nothing) return;
    if (found.what == worker_process::received::closed) return on_disconnect("", now, news);
    const auto answer =
        found.what == worker_process::received::packet ? wire::decode_answer(found.packet) : std::nullopt;
    if (!answer) return on_protocol_error(now, news);
    on_answer(*answer, now, news);
  }
}

void worker::on_answer(const wire::answer_packet& answer, time_point now, worker_news& news) {
  if (state_ == worker_state::starting && answer.number == 0) {
    was_ready_ = news.ready = true;
    news.refused = answer.payload;
    return enter(worker_state::idle, now);
  }
  if (jobs_.empty() || jobs_.front()->number != answer.number) return on_protocol_error(now, news);
  auto& current = *jobs_.front();
  // The worker knows its times best; they are limited to what is possible.
  const auto between = [](auto value, auto low, auto high) { return std::clamp(value, low, std::max(low, high)); };
  const auto began = between(answer.began, current.submitted, now);
  const auto duration = between(answer.duration, nanoseconds(0), now - since_);
  const auto ended = between(began + duration, current_since_, now);
  const job_times times{began - current.submitted, duration, now - ended};
  if (!current.answered(answer.payload, times)) return on_protocol_error(now, news);
  current.task->record_duration(duration);
  news.done.push_back(take_front(jobs_));
  current_since_ = ended;
  extension_ = {};
  if (jobs_.empty()) enter(worker_state::idle, now);
}

// ---- Missed deadlines

void worker::check_busy(time_point now, worker_news& news) {
  read(now, news);
  if (state_ == worker_state::busy && jobs_.size() > 1 && (now >= overrun() || now >= since_ + max_slices * slice_))
    take_back(now, news);
  if (state_ != worker_state::busy || now < deadline()) return;
  const auto late = now - deadline();
  if (late < loop_stall_threshold || extension_.count() > 0) return on_timeout(now, news);
  extension_ = late + std::min(late, jobs_.front()->timeout);
}

void worker::take_back(time_point now, worker_news& news) {
  const bool overran = now >= overrun();
  auto unreceived = take_unreceived();
  if (jobs_.empty()) return on_nothing_received(std::move(unreceived), now, news);
  if (overran) mark_overtaken(unreceived, options_.slice);
  append(news.returned, unreceived);
  // A worker answers each job before it receives the next, so one job is left at most: that which it has begun.
  read(now, news);
  if (state_ == worker_state::busy && jobs_.size() > 1) on_protocol_error(now, news);
}

// The worker waits for a processor or is stopped. Another one would wait as well, so its jobs stay for some slices, and
// the first one until its deadline.
void worker::on_nothing_received(std::vector<job_ptr> jobs, time_point now, worker_news& news) {
  std::vector<job_ptr> others;
  if (now < since_ + max_slices * slice_) {
    current_since_ = now;
  } else {
    others.assign(std::make_move_iterator(jobs.begin() + 1), std::make_move_iterator(jobs.end()));
    jobs.resize(1);
  }
  const bool alive = send(jobs);
  append(news.returned, jobs);
  append(news.returned, others);
  if (jobs_.empty() || !alive) on_disconnect("", now, news);
}

std::vector<job_ptr> worker::take_unreceived() {
  std::vector<job_ptr> out;
  for (const auto number : process_->take_back())
    for (auto& j : jobs_)
      if (j && j->number == number) out.push_back(std::move(j));
  std::erase(jobs_, nullptr);
  return out;
}

void worker::on_timeout(time_point now, worker_news& news) {
  auto current = take_front(jobs_);
  current->task->record_overrun(current->timeout);
  current->failed(reason::timeout,
                  fmt::format("no answer within {}; the worker was killed", human_duration(current->timeout)),
                  {current_since_ - current->submitted, now - current_since_});
  last_task_ = current->task;
  news.done.push_back(std::move(current));
  ++news.killed;
  end(now, news);
}

// ---- Its end

void worker::on_protocol_error(time_point now, worker_news& news) { on_disconnect("broke the protocol", now, news); }

// The socket is closed or the worker is no longer trusted. The jobs that it has received are decided only after the
// process has ended, because it may continue until then.
void worker::on_disconnect(std::string kill_reason, time_point now, worker_news& news) {
  if (was_ready_) ++news.crashed;
  kill_reason_ = std::move(kill_reason);
  // A worker that ended by itself is not killed yet; otherwise its exit status would show SIGKILL.
  killed_ = !kill_reason_.empty();
  end(now, news);
}

void worker::end(time_point now, worker_news& news) {
  auto unreceived = take_unreceived();
  if (jobs_.empty() && !unreceived.empty()) ++unreceived.front()->failed_deliveries;
  append(news.returned, unreceived);
  if (!jobs_.empty()) last_task_ = jobs_.front()->task;
  if (last_task_) ++last_task_->ending;
  if (killed_) process_->kill();
  process_->disconnect();
  enter(worker_state::ending, now);
}

void worker::retire(time_point now) {
  process_->retire();
  enter(worker_state::retiring, now);
}

void worker::stop(time_point now, worker_news& news) {
  append(news.returned, jobs_);
  if (state_ == worker_state::stuck || (state_ == worker_state::ending && killed_)) return;
  killed_ = true;
  state_ == worker_state::ending ? process_->kill() : end(now, news);
}

// The worker still exists. After SIGKILL that means that it hangs in an uninterruptible system call.
void worker::on_grace_expired(time_point now, worker_news& news) {
  if (state_ == worker_state::retiring || !std::exchange(killed_, true)) {
    if (state_ == worker_state::ending) kill_reason_ = "closed its socket";
    killed_ = true;
    process_->kill();
    return enter(worker_state::ending, now);
  }
  fail_current(fmt::format("the worker {} while running the check, and cannot be killed", kill_reason_), news);
  enter(worker_state::stuck, now);
  if (!was_ready_) news.start_error = "the new process hangs in the kernel";
  if (!last_task_) return;
  ++last_task_->stuck;
  if (!last_task_->stuck_since) last_task_->stuck_since = current_since_;
}

void worker::on_event(time_point now, worker_news& news) {
  const auto status = process_->collect();
  read(now, news);  // answers that it sent before it ended count
  if (status && !ended_) on_exit(*status, now, news);
}

void worker::on_exit(const exit_status& status, time_point now, worker_news& news) {
  if (listens()) on_disconnect("", now, news);
  ended_ = true;
  const auto how = kill_reason_.empty() ? status.describe() : kill_reason_ + " and was killed";
  const auto start_error = status.start_error();
  if (!was_ready_) news.start_error = start_error.empty() ? "the new process " + how : start_error;
  fail_current(fmt::format("the worker {} while running the check", how), news);
  if (!last_task_) return;
  --last_task_->ending;
  if (state_ == worker_state::stuck && --last_task_->stuck == 0) last_task_->stuck_since.reset();
}

// Fails the job during which the worker ended, and returns those behind it.
void worker::fail_current(std::string sentence, worker_news& news) {
  if (jobs_.empty()) return;
  auto current = take_front(jobs_);
  current->task->record_overrun(options_.slice);
  current->failed(reason::crashed, std::move(sentence), {current_since_ - current->submitted, since_ - current_since_});
  news.done.push_back(std::move(current));
  append(news.returned, jobs_);
}

}  // namespace telltale
