// What happens to workers: what they say, how they die, and when they have had enough time.
#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <telltale/units.hpp>

#include "log/log.hpp"
#include "worker/outcome_limits.hpp"
#include "worker/pool_core.hpp"
#include "worker/spawn.hpp"

namespace telltale {
namespace {

constexpr std::size_t packets_per_turn = 256;  // the loop has other things to do
constexpr auto all_packets = std::numeric_limits<std::size_t>::max();
// A timer that fires this late means that the whole program was stopped or starved, and the workers perhaps with it.
constexpr std::chrono::milliseconds loop_was_away{100};

}  // namespace

void pool_core::listen(worker& w) {
  w.process->when_readable([weak = weak_from_this(), id = w.id] {
    if (const auto self = weak.lock()) self->on_readable(id);
  });
}

void pool_core::watch_death(worker& w) {
  w.process->when_dead([weak = weak_from_this(), id = w.id] {
    if (const auto self = weak.lock()) self->on_dead(id);
  });
}

void pool_core::watch_unsent(worker& w) {
  if (!w.process->has_unsent()) return;
  w.process->when_writable([weak = weak_from_this(), id = w.id] {
    const auto self = weak.lock();
    auto* found = self ? self->find(id) : nullptr;
    if (found == nullptr || !found->listens()) return;
    if (found->process->flush()) self->watch_unsent(*found);
    else self->lose(*found, "", loop_clock::now());
  });
}

void pool_core::on_readable(worker_id id) {
  auto* w = find(id);
  if (w == nullptr || !w->listens()) return;
  drain(*w, packets_per_turn);
  if (w->listens()) listen(*w);
  dispatch();
}

void pool_core::on_dead(worker_id id) {
  auto* w = find(id);
  if (w == nullptr) return;
  const auto status = w->process->collect();
  if (!status) return watch_death(*w);
  // What it said before it died still counts.
  if (w->listens()) drain(*w, all_packets);
  if (w->listens()) lose(*w, "", loop_clock::now());
  bury(*w, *status);
  workers_.erase(id);
  dispatch();
}

pool_core::drained pool_core::drain(worker& w, std::size_t most) {
  for (; most > 0 && w.listens(); --most) {
    const auto got = w.process->receive(buffer_);
    const auto now = loop_clock::now();
    switch (got.what) {
      case worker_process::received::nothing:
        return drained::empty;
      case worker_process::received::closed:
        lose(w, "", now);
        break;
      case worker_process::received::oversized:
        lose(w, "sent nonsense", now);
        break;
      case worker_process::received::packet:
        if (auto message = wire::decode_from_worker(got.packet)) handle(w, std::move(*message), now);
        else lose(w, "sent nonsense", now);
    }
  }
  return w.listens() ? drained::more : drained::empty;
}

void pool_core::handle(worker& w, wire::from_worker message, time_point now) {
  if (auto* run = std::get_if<wire::run_outcome>(&message)) return handle_outcome(w, std::move(*run), now);
  if (auto* answer = std::get_if<wire::lookup_answer>(&message)) return handle_lookup(w, std::move(*answer), now);
  if (auto* gave_up = std::get_if<wire::yielded>(&message)) return handle_yielded(w, *gave_up, now);
  if (w.state != worker_state::starting) return lose(w, "sent nonsense", now);
  w.proved = true;
  say_what_was_refused(std::get<wire::ready>(message));
  start_failures_ = 0;
  start_error_.clear();
  next_start_ = {};
  w.enter(worker_state::idle, now);
}

void pool_core::say_what_was_refused(const wire::ready& message) {
  if (message.unconfined.empty() || std::exchange(said_unconfined_, true)) return;
  log(log_level::info, "the kernel does not confine workers as it should", {{"refused", message.unconfined}});
}

void pool_core::handle_outcome(worker& w, wire::run_outcome message, time_point now) {
  if (!w.work || w.work->empty() || w.work->current().is_lookup()) return lose(w, "sent nonsense", now);
  auto done = w.work->finish(message.number, now);
  if (!done) return lose(w, "sent nonsense", now);
  // The worker measures best, but its word is bounded by what is possible.
  const auto duration = std::clamp(message.duration, std::chrono::nanoseconds(0), now - w.since);
  done->task->took(duration);
  const auto waited = now - duration - done->submitted;
  answers_.found(std::move(*done), within_limits(std::move(message.outcome)), within_limits(message.memory), waited,
                 duration);
  finished_one(w, now);
}

void pool_core::handle_lookup(worker& w, wire::lookup_answer message, time_point now) {
  if (!w.work || w.work->empty() || !w.work->current().is_lookup()) return lose(w, "sent nonsense", now);
  auto done = w.work->finish(message.number, now);
  if (!done) return lose(w, "sent nonsense", now);
  message.resolution.error = clean_text(message.resolution.error, max_message_bytes);
  answers_.resolved(std::move(*done), std::move(message.resolution));
  finished_one(w, now);
}

void pool_core::handle_yielded(worker& w, wire::yielded message, time_point now) {
  // Of an earlier batch: everything behind the slow job had been taken away already.
  if (!w.work || message.batch != w.work->number()) {
    if (message.batch > w.last_batch) lose(w, "sent nonsense", now);
    return;
  }
  auto jobs = w.work->yield();
  if (!jobs) return lose(w, "sent nonsense", now);
  // The batch was too long in sum: what is left of it should not travel together again.
  for (auto& j : *jobs) j.expect_at_least = options_.slice / 4;
  requeue(std::move(*jobs));
  finished_one(w, now);
}

void pool_core::finished_one(worker& w, time_point now) {
  if (!w.work->empty()) return;
  w.work.reset();
  w.enter(worker_state::idle, now);
}

// Its socket is closed, or it cannot be trusted any more. What becomes of its jobs is decided when it is known to be
// dead: until then it may go on with its batch, so nothing of it may run elsewhere.
void pool_core::lose(worker& w, std::string blame, time_point now) {
  if (w.proved) ++totals_.crashed;
  w.blame = std::move(blame);
  // One that ended by itself is not killed at once, or its exit status would be our own signal.
  w.killed = !w.blame.empty();
  put_down(w, now);
}

void pool_core::put_down(worker& w, time_point now) {
  if (w.work) {
    w.victim = w.work->current().task;
    w.victim_since = w.work->current_since();
    w.lookup_victim = w.work->current().is_lookup();
    if (w.victim) ++w.victim->dying;
  }
  if (w.killed) kill(w);
  w.process->close_socket();
  w.enter(worker_state::dying, now);
}

void pool_core::bury(worker& w, const exit_status& status) {
  const auto end = w.blame.empty() ? status.describe() : w.blame + " and was killed";
  if (!w.proved && !stopped_)
    start_failed("a worker cannot be started: " + why_not_started(status).value_or("the new process " + end));
  settle(w, fmt::format("the worker {} while running the check", end));
  if (!w.victim) return;
  if (--w.victim->dying == 0) w.victim->stuck_since.reset();
  queue_.release(*w.victim);
}

// Answers the job that a worker was lost in, and gives the ones behind it to others.
void pool_core::settle(worker& w, std::string sentence) {
  if (!w.work) return;
  auto current = w.work->abandon_current();
  if (current.task) current.task->overran(options_.slice);
  const auto waited = w.victim_since - current.submitted;
  fail(std::move(current), reason::crashed, std::move(sentence), waited, w.since - w.victim_since);
  requeue(w.work->take_all());
  w.work.reset();
}

// ---- time

void pool_core::tick() {
  armed_for_ = time_point::max();
  const auto now = loop_clock::now();
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

// `now` was read before the socket is emptied: that order is part of the proof of single flight.
void pool_core::check_busy(worker& w, time_point now) {
  const auto due = w.work->has_rest() ? std::min(w.work->slice_end(), w.work->deadline()) : w.work->deadline();
  if (now < due || drain(w, packets_per_turn) == drained::more || w.state != worker_state::busy) return;
  if (now >= w.work->slice_end()) requeue_apart(w.work->take_rest());
  if (now < w.work->deadline()) return;
  const auto late = now - w.work->deadline();
  if (late < loop_was_away || !w.work->extend(late)) overdue(w, now);
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
  const bool quick_waits = queue_.quick_batches() > 0;
  const auto now = loop_clock::now();
  for (const auto& [id, w] : workers_) {
    if (w.state == worker_state::starting) due = std::min(due, w.since + options_.start_limit);
    if (w.state == worker_state::idle && may_retire) due = std::min(due, w.since + options_.idle_timeout);
    if (w.state == worker_state::retiring || w.state == worker_state::dying)
      due = std::min(due, w.since + options_.kill_grace);
    if (w.state != worker_state::busy) continue;
    due = std::min(due, w.work->deadline());
    if (w.work->has_rest() || (quick_waits && now < w.work->slice_end())) due = std::min(due, w.work->slice_end());
  }
  return due;
}

// A timer that is due too early is left as it is: in a batch of quick jobs it would else be set anew for each of them.
void pool_core::arm() {
  const auto due = next_due();
  if (due == time_point::max()) {
    timer_.cancel();
    armed_for_ = due;
  }
  if (due >= armed_for_) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    const auto self = weak.lock();
    if (!ec && self) self->tick();
  });
}

}  // namespace telltale
