// Enforces time limits on workers and waiting jobs.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <telltale/units.hpp>

#include "worker/pool_core.hpp"

namespace telltale {
namespace {

// A timer this late means that the whole program was stopped or starved, and perhaps the workers with it.
constexpr std::chrono::milliseconds loop_stall_threshold{100};

}  // namespace

void pool_core::tick() {
  armed_for_ = time_point::max();
  const auto now = loop_clock::now();
  if (queue_.empty() && now < next_due()) return arm();  // the deadline the timer was set for no longer applies
  for (auto& [id, w] : workers_) check_time(w, now);
  // A worker that cannot be killed must not keep the loop of a stopped program running.
  if (stopped_) std::erase_if(workers_, [](const auto& entry) { return entry.second.state == worker_state::stuck; });
  answer_expired(now);
  retire_idle(now);
  dispatch();
}

void pool_core::check_time(worker& w, time_point now) {
  switch (w.state) {
    case worker_state::starting:
      if (now < w.since + options_.start_limit || drain(w, max_packets_per_read) == drained::more) break;
      if (w.state == worker_state::starting)
        on_disconnect(w, fmt::format("was not ready within {}", human_duration(options_.start_limit)), now);
      break;
    case worker_state::busy:
      check_busy(w, now);
      break;
    case worker_state::retiring:
      if (now < w.since + options_.kill_grace) break;
      kill(w);
      w.enter(worker_state::dying, now);
      break;
    case worker_state::dying:
      // The process may have ended while the loop was stalled, with its exit event queued behind this timer.
      if (now >= w.since + options_.kill_grace && !w.process->collect()) on_grace_expired(w, now);
      break;
    case worker_state::idle:
    case worker_state::stuck:
      break;
  }
}

void pool_core::check_busy(worker& w, time_point now) {
  if (now < w.work->look_due()) return;
  w.timer_armed = false;
  // Requests a wake-up before reading: a batch that ends between the two calls would otherwise go unnoticed.
  if (!w.has_lookup()) w.process->result_buffer().request_wake();
  if (drain(w, max_packets_per_read) == drained::more || w.state != worker_state::busy) return;
  const bool overran = now >= w.work->slice_end();
  if (w.work->has_rest() && (overran || now >= w.work->too_long_from())) split_batch(w, overran, now);
  if (w.state != worker_state::busy) return;
  // Each outcome is in the result buffer before the next run begins, so this is a protocol error.
  if (overran && w.work->has_rest()) return on_protocol_error(w, now);
  if (now < w.work->deadline()) return;
  const auto late = now - w.work->deadline();
  if (late < loop_stall_threshold || !w.work->extend(late)) on_timeout(w, now);
}

// Closes the batch before reading: a run that has not begun by then never will.
void pool_core::split_batch(worker& w, bool overran, time_point now) {
  const auto begun = w.process->result_buffer().close(w.work->number());
  if (overran) requeue_split(take_unbegun(w, begun, now));
  accept_results(w, unread_results(w), now);
}

void pool_core::on_timeout(worker& w, time_point now) {
  ++totals_.killed;
  terminate(w, now);
  auto current = w.work->abandon_current();
  requeue(w.work->take_all());
  w.work.reset();
  if (current.task) current.task->record_overrun(current.timeout);
  const auto waited = w.last_task_since - current.submitted;
  auto sentence = fmt::format("no answer within {}; the worker was killed", human_duration(current.timeout));
  fail(std::move(current), reason::timeout, std::move(sentence), waited, now - w.last_task_since);
}

// The worker was killed but still exists: it hangs in an uninterruptible system call.
void pool_core::on_grace_expired(worker& w, time_point now) {
  if (!std::exchange(w.killed, true)) {
    w.kill_reason = "closed its socket";
    kill(w);
    return w.enter(worker_state::dying, now);
  }
  fail_current(w, fmt::format("the worker {} while running the check, and cannot be killed", w.kill_reason));
  w.enter(worker_state::stuck, now);
  if (!w.was_ready) start_failed("a worker cannot be started: the new process hangs in the kernel");
  if (!w.last_task) return;
  if (!w.last_task->stuck_since) w.last_task->stuck_since = w.last_task_since;
  answer_stuck(*w.last_task);
}

void pool_core::retire_idle(time_point now) {
  for (auto idle = count(worker_state::idle); idle > 1; --idle) {
    worker* oldest = nullptr;
    for (auto& [id, w] : workers_)
      if (w.state == worker_state::idle && (oldest == nullptr || w.since < oldest->since)) oldest = &w;
    if (now < oldest->since + options_.idle_timeout) return;
    oldest->process->close_socket();
    oldest->enter(worker_state::retiring, now);
  }
}

pool_core::time_point pool_core::next_due() const {
  auto due = queue_.next_expiry();
  if (!queue_.empty() && next_start_ > loop_clock::now()) due = std::min(due, next_start_);
  const bool may_retire = count(worker_state::idle) > 1;
  const auto now = loop_clock::now();
  const auto quick_since = queue_.quick_since();
  const bool quick_waits = quick_since != time_point::max();
  if (quick_waits && now < quick_since + options_.slice) due = std::min(due, quick_since + options_.slice);
  for (const auto& [id, w] : workers_) {
    if (w.state == worker_state::starting) due = std::min(due, w.since + options_.start_limit);
    if (w.state == worker_state::idle && may_retire) due = std::min(due, w.since + options_.idle_timeout);
    if (w.state == worker_state::retiring || w.state == worker_state::dying)
      due = std::min(due, w.since + options_.kill_grace);
    if (w.state != worker_state::busy) continue;
    if (!w.timer_armed) due = std::min(due, w.work->look_due());
    if (quick_waits && now < w.work->slice_end()) due = std::min(due, w.work->slice_end());
  }
  return due;
}

// A timer that fires early or without need is left alone. Resetting it for each batch costs more, and Asio would wake
// up anyway.
void pool_core::arm() {
  const auto due = next_due();
  if (stopped_ && due == time_point::max()) timer_.cancel();  // nothing else keeps the loop running
  if (due >= armed_for_) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    const auto self = weak.lock();
    if (!ec && self) self->tick();
  });
}

}  // namespace telltale
