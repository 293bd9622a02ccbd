// Handles the messages, protocol errors and exits of workers.
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

constexpr std::size_t max_last_packets = 4096;  // of an ended worker; another process may still hold its socket

}  // namespace

void pool_core::listen(worker& w) {
  w.process->when_readable([weak = weak_from_this(), id = w.id] {
    if (const auto self = weak.lock()) self->on_readable(id);
  });
}

void pool_core::wait_for_exit(worker& w) {
  w.process->when_dead([weak = weak_from_this(), id = w.id] {
    if (const auto self = weak.lock()) self->on_dead(id);
  });
}

void pool_core::wait_for_deadline(worker& w) {
  w.process->deadline_timer().when_expired([weak = weak_from_this(), id = w.id] {
    const auto self = weak.lock();
    auto* found = self ? self->find(id) : nullptr;
    if (found == nullptr) return;
    // A worker that fires a timer nobody has set keeps the loop busy, so such events are limited.
    if (!std::exchange(found->timer_armed, false) && found->listens() && --found->false_alarms_left == 0)
      self->on_protocol_error(*found, loop_clock::now());
    self->tick();
  });
}

void pool_core::wait_until_writable(worker& w) {
  if (!w.process->has_unsent()) return;
  w.process->when_writable([weak = weak_from_this(), id = w.id] {
    const auto self = weak.lock();
    auto* found = self ? self->find(id) : nullptr;
    if (found == nullptr || !found->listens()) return;
    if (found->process->flush()) self->wait_until_writable(*found);
    else self->on_disconnect(*found, "", loop_clock::now());
  });
}

void pool_core::on_readable(worker_id id) {
  auto* w = find(id);
  if (w == nullptr || !w->listens()) return;
  drain(*w, max_packets_per_read);
  if (w->listens()) listen(*w);
  dispatch();
}

void pool_core::on_dead(worker_id id) {
  auto* w = find(id);
  if (w == nullptr) return;
  const auto status = w->process->collect();
  if (!status) return wait_for_exit(*w);
  // Messages sent before the exit are still processed.
  if (w->listens()) drain(*w, max_last_packets);
  if (w->listens()) on_disconnect(*w, "", loop_clock::now());
  reap(*w, *status);
  workers_.erase(id);
  dispatch();
}

// Reads the results before the messages and accepts them afterwards: results written after an invalid message are
// dropped.
pool_core::drained pool_core::drain(worker& w, std::size_t most) {
  const auto written = unread_results(w);
  for (; most > 0 && w.listens(); --most) {
    const auto got = w.process->receive(buffer_);
    const auto now = loop_clock::now();
    switch (got.what) {
      case worker_process::received::nothing:
        accept_results(w, written, now);
        return drained::empty;
      case worker_process::received::closed:
        accept_results(w, written, now);
        if (w.listens()) on_disconnect(w, "", now);
        break;
      case worker_process::received::oversized:
        on_protocol_error(w, now);
        break;
      case worker_process::received::packet:
        if (auto message = wire::decode_from_worker(got.packet)) handle(w, std::move(*message), now);
        else on_protocol_error(w, now);
    }
  }
  return w.listens() ? drained::more : drained::empty;
}

void pool_core::handle(worker& w, wire::from_worker message, time_point now) {
  if (std::holds_alternative<wire::results_written>(message)) {  // it has woken the loop; the results are read already
    if (w.messages_allowed == 0) return on_protocol_error(w, now);
    --w.messages_allowed;
    return;
  }
  if (auto* answer = std::get_if<wire::lookup_result>(&message)) return handle_lookup(w, std::move(*answer), now);
  if (w.state != worker_state::starting) return on_protocol_error(w, now);
  w.was_ready = true;
  log_refused_restrictions(std::get<wire::ready>(message));
  start_failures_ = 0;
  start_error_.clear();
  next_start_ = {};
  w.enter(worker_state::idle, now);
}

void pool_core::log_refused_restrictions(const wire::ready& message) {
  if (message.refused.empty() || std::exchange(logged_refused_, true)) return;
  log(log_level::info, "the kernel refused restrictions of the workers", {{"refused", message.refused}});
}

void pool_core::handle_lookup(worker& w, wire::lookup_result message, time_point now) {
  if (!w.has_lookup()) return on_protocol_error(w, now);
  auto done = w.work->finish(message.number, now, now);
  if (!done) return on_protocol_error(w, now);
  message.resolution.error = one_line(message.resolution.error, max_message_bytes);
  completions_.resolved(std::move(*done), std::move(message.resolution));
  finished_one(w, now);
}

void pool_core::finished_one(worker& w, time_point now) {
  if (!w.work->empty()) return;
  w.work.reset();
  w.enter(worker_state::idle, now);
}

// The socket is closed or the worker is no longer trusted. Its jobs are requeued or failed only after the process has
// ended, because it may continue its batch until then.
void pool_core::on_disconnect(worker& w, std::string kill_reason, time_point now) {
  if (w.was_ready) ++totals_.crashed;
  w.kill_reason = std::move(kill_reason);
  // A worker that ended by itself is not killed yet; otherwise its exit status would show SIGKILL.
  w.killed = !w.kill_reason.empty();
  terminate(w, now);
}

void pool_core::on_protocol_error(worker& w, time_point now) {
  w.broke_protocol = true;
  on_disconnect(w, "broke the protocol", now);
}

void pool_core::terminate(worker& w, time_point now) {
  if (w.work && w.work->empty()) w.work.reset();
  if (w.work) {
    w.last_task = w.work->current().task;
    w.last_task_since = w.work->current_since();
    w.died_in_lookup = w.work->current().is_lookup();
    if (w.last_task) ++w.last_task->dying;
  }
  if (w.killed) kill(w);
  w.process->close_socket();
  w.enter(worker_state::dying, now);
}

void pool_core::reap(worker& w, const exit_status& status) {
  const auto end = w.kill_reason.empty() ? status.describe() : w.kill_reason + " and was killed";
  if (!w.was_ready && !stopped_)
    start_failed("a worker cannot be started: " + why_not_started(status).value_or("the new process " + end));
  if (w.broke_protocol && w.work && w.work->has_rest()) {
    // The responsible job is unknown, so each job gets a worker of its own.
    auto jobs = w.work->take_all();
    for (auto& j : jobs) j.min_expected = options_.slice;
    requeue(std::move(jobs));
  }
  fail_current(w, fmt::format("the worker {} while running the check", end));
  if (!w.last_task) return;
  if (--w.last_task->dying == 0) w.last_task->stuck_since.reset();
  queue_.release(*w.last_task);
}

// Fails the job during which the worker ended, and requeues the jobs behind it.
void pool_core::fail_current(worker& w, std::string sentence) {
  if (!w.work || w.work->empty()) return;
  auto current = w.work->abandon_current();
  if (current.task) current.task->record_overrun(options_.slice);
  const auto waited = w.last_task_since - current.submitted;
  fail(std::move(current), reason::crashed, std::move(sentence), waited, w.since - w.last_task_since);
  requeue(w.work->take_all());
  w.work.reset();
}

}  // namespace telltale
