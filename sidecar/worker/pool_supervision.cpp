// What happens to workers: what they say, and how they die.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <telltale/units.hpp>

#include "log/log.hpp"
#include "worker/outcome_limits.hpp"
#include "worker/pool_core.hpp"
#include "worker/spawn.hpp"

namespace telltale {
namespace {

constexpr std::size_t last_packets = 4096;  // of one that is dead; another process may have its socket

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

void pool_core::watch_time(worker& w) {
  w.process->watch().when_ringing([weak = weak_from_this(), id = w.id] {
    const auto self = weak.lock();
    auto* found = self ? self->find(id) : nullptr;
    if (found == nullptr) return;
    // One that rings a watch that nobody has set keeps the loop busy.
    if (!std::exchange(found->watched, false) && found->listens() && --found->false_alarms == 0)
      self->mistrust(*found, loop_clock::now());
    self->tick();
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
  if (w->listens()) drain(*w, last_packets);
  if (w->listens()) lose(*w, "", loop_clock::now());
  bury(*w, *status);
  workers_.erase(id);
  dispatch();
}

// What it wrote is read before what it said, and believed after that: so nothing is that was written after nonsense.
pool_core::drained pool_core::drain(worker& w, std::size_t most) {
  const auto written = unread_of(w);
  for (; most > 0 && w.listens(); --most) {
    const auto got = w.process->receive(buffer_);
    const auto now = loop_clock::now();
    switch (got.what) {
      case worker_process::received::nothing:
        believe(w, written, now);
        return drained::empty;
      case worker_process::received::closed:
        believe(w, written, now);
        if (w.listens()) lose(w, "", now);
        break;
      case worker_process::received::oversized:
        mistrust(w, now);
        break;
      case worker_process::received::packet:
        if (auto message = wire::decode_from_worker(got.packet)) handle(w, std::move(*message), now);
        else mistrust(w, now);
    }
  }
  return w.listens() ? drained::more : drained::empty;
}

void pool_core::handle(worker& w, wire::from_worker message, time_point now) {
  if (std::holds_alternative<wire::wrote>(message)) {  // that is why the loop was woken
    if (w.may_speak == 0) return mistrust(w, now);
    --w.may_speak;
    return;
  }
  if (auto* answer = std::get_if<wire::lookup_answer>(&message)) return handle_lookup(w, std::move(*answer), now);
  if (w.state != worker_state::starting) return mistrust(w, now);
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

void pool_core::handle_lookup(worker& w, wire::lookup_answer message, time_point now) {
  if (!w.has_lookup()) return mistrust(w, now);
  auto done = w.work->finish(message.number, now, now);
  if (!done) return mistrust(w, now);
  message.resolution.error = one_line(message.resolution.error, max_message_bytes);
  answers_.resolved(std::move(*done), std::move(message.resolution));
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

void pool_core::mistrust(worker& w, time_point now) {
  w.broke_protocol = true;
  lose(w, "sent nonsense", now);
}

void pool_core::put_down(worker& w, time_point now) {
  if (w.work && w.work->empty()) w.work.reset();
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
  if (w.broke_protocol && w.work && w.work->has_rest()) {
    // Which of them it was nobody can tell, until each of them has a worker to itself.
    auto jobs = w.work->take_all();
    for (auto& j : jobs) j.expect_at_least = options_.slice;
    requeue(std::move(jobs));
  }
  settle(w, fmt::format("the worker {} while running the check", end));
  if (!w.victim) return;
  if (--w.victim->dying == 0) w.victim->stuck_since.reset();
  queue_.release(*w.victim);
}

// Answers the job that a worker was lost in, and gives the ones behind it to others.
void pool_core::settle(worker& w, std::string sentence) {
  if (!w.work || w.work->empty()) return;
  auto current = w.work->abandon_current();
  if (current.task) current.task->overran(options_.slice);
  const auto waited = w.victim_since - current.submitted;
  fail(std::move(current), reason::crashed, std::move(sentence), waited, w.since - w.victim_since);
  requeue(w.work->take_all());
  w.work.reset();
}

}  // namespace telltale
