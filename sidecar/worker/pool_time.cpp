// When workers have had enough time.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <telltale/units.hpp>

#include "worker/pool_core.hpp"

namespace telltale {
namespace {

// A timer that fires this late means that the whole program was stopped or starved, and the workers perhaps with it.
constexpr std::chrono::milliseconds loop_was_away{100};

}  // namespace

void pool_core::tick() {
  armed_for_ = time_point::max();
  const auto now = loop_clock::now();
  if (queue_.empty() && now < next_due()) return arm();  // what it was set for is over
  for (auto& [id, w] : workers_) check_time(w, now);
  // A worker that cannot be killed must not keep a stopped program's loop.
  if (stopped_) std::erase_if(workers_, [](const auto& entry) { return entry.second.state == worker_state::stuck; });
  answer_expired(now);
  retire_idle(now);
  dispatch();
}

void pool_core::check_time(worker& w, time_point now) {
  switch (w.state) {
    case worker_state::starting:
      if (now < w.since + options_.start_limit || drain(w, packets_per_turn) == drained::more) break;
      if (w.state == worker_state::starting)
        lose(w, fmt::format("was not ready within {}", human_duration(options_.start_limit)), now);
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
      // Dead, but the news waits behind this timer because the loop was away.
      if (now >= w.since + options_.kill_grace && !w.process->collect()) give_up(w, now);
      break;
    case worker_state::idle:
    case worker_state::stuck:
      break;
  }
}

void pool_core::check_busy(worker& w, time_point now) {
  if (now < w.work->look_due()) return;
  w.watched = false;
  // From here on the end of the batch is waited for. Said before the look, or the end might fall in between unheard.
  if (!w.has_lookup()) w.process->ledger().wait_for();
  if (drain(w, packets_per_turn) == drained::more || w.state != worker_state::busy) return;
  const bool overran = now >= w.work->slice_end();
  if (w.work->has_rest() && (overran || now >= w.work->too_long_from())) part(w, overran, now);
  if (w.state != worker_state::busy) return;
  // Each run's outcome stands in the ledger before the next is begun.
  if (overran && w.work->has_rest()) return mistrust(w, now);
  if (now < w.work->deadline()) return;
  const auto late = now - w.work->deadline();
  if (late < loop_was_away || !w.work->extend(late)) overdue(w, now);
}

// The ledger is closed before it is read: what has not begun by then never will.
void pool_core::part(worker& w, bool overran, time_point now) {
  const auto begun = w.process->ledger().close(w.work->number());
  if (overran) requeue_apart(take_unbegun(w, begun, now));
  believe(w, unread_of(w), now);
}

void pool_core::overdue(worker& w, time_point now) {
  ++totals_.killed;
  put_down(w, now);
  auto current = w.work->abandon_current();
  requeue(w.work->take_all());
  w.work.reset();
  if (current.task) current.task->overran(current.timeout);
  const auto waited = w.victim_since - current.submitted;
  auto sentence = fmt::format("no answer within {}; the worker was killed", human_duration(current.timeout));
  fail(std::move(current), reason::timeout, std::move(sentence), waited, now - w.victim_since);
}

// Killed, and still there: it hangs in a system call that the kernel does not interrupt.
void pool_core::give_up(worker& w, time_point now) {
  if (!std::exchange(w.killed, true)) {
    w.blame = "closed its socket";
    kill(w);
    return w.enter(worker_state::dying, now);
  }
  settle(w, fmt::format("the worker {} while running the check, and cannot be killed", w.blame));
  w.enter(worker_state::stuck, now);
  if (!w.proved) start_failed("a worker cannot be started: the new process hangs in the kernel");
  if (!w.victim) return;
  if (!w.victim->stuck_since) w.victim->stuck_since = w.victim_since;
  answer_stuck(*w.victim);
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
    if (!w.watched) due = std::min(due, w.work->look_due());
    if (quick_waits && now < w.work->slice_end()) due = std::min(due, w.work->slice_end());
  }
  return due;
}

// A timer that is due too early, or for nothing any more, is left as it is: else it would be set anew for each batch,
// and Asio would wake up all the same.
void pool_core::arm() {
  const auto due = next_due();
  if (stopped_ && due == time_point::max()) timer_.cancel();  // nothing of it keeps the loop
  if (due >= armed_for_) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    const auto self = weak.lock();
    if (!ec && self) self->tick();
  });
}

}  // namespace telltale
