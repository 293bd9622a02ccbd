// Runs batches in order and stops where the rule of docs/decisions/003 says so.
#include "worker/worker_loop.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "worker/batch.hpp"
#include "worker/lookup.hpp"
#include "worker/outcome_limits.hpp"

namespace telltale {

bool worker_loop::handle(const wire::to_worker& message) {
  if (const auto* first = std::get_if<wire::hello>(&message)) started_at_ = first->started_at;
  if (const auto* task = std::get_if<wire::define>(&message)) tasks_[task->task] = {*task, nullptr};
  if (const auto* task = std::get_if<wire::forget>(&message)) tasks_.erase(task->task);
  if (const auto* batch = std::get_if<wire::run_batch>(&message)) return run(*batch);
  if (const auto* name = std::get_if<wire::lookup>(&message))
    return send_(wire::lookup_answer{name->number, look_up(name->host, name->port)});
  return true;
}

bool worker_loop::run(const wire::run_batch& batch) {
  auto since = batch.sent;
  for (const auto& item : batch.items) {
    const auto answer = run_one(item);
    const auto before_sending = loop_clock::now();
    if (!send_(answer)) return false;
    const bool last = &item == &batch.items.back();
    // The clock is read after the answer was sent and before the next job begins: the proof rests on this order.
    if (!last && worker_must_yield(since, batch.sent, loop_clock::now(), batch.slice))
      return send_(wire::yielded{batch.batch});
    since = before_sending;
  }
  return true;
}

wire::run_outcome worker_loop::run_one(const wire::run_item& item) {
  wire::run_outcome out{item.number, {}, item.memory, {}};
  const auto began = loop_clock::now();
  try {
    out.outcome = probe(item, out.memory);
  } catch (const std::exception& e) {
    out.memory = item.memory;
    out.outcome = outcome::fail(reason::internal, fmt::format("the check failed: {}", e.what()));
  } catch (...) {
    out.memory = item.memory;
    out.outcome = outcome::fail(reason::internal, "the check failed in an unknown way");
  }
  out.duration = loop_clock::now() - began;
  out.outcome = within_limits(std::move(out.outcome));
  out.memory = within_limits(out.memory);
  return out;
}

outcome worker_loop::probe(const wire::run_item& item, memory& remembered) {
  const auto found = tasks_.find(item.task);
  if (found == tasks_.end()) throw std::runtime_error("the worker was not told about it");
  const auto now = boot_clock::now();
  auto& check = check_of(found->second);
  probe_context context{now, now + item.timeout, started_at_, remembered, item.examined};
  return found->second.definition.examination ? check.examine(context) : check.probe(context);
}

blocking_check& worker_loop::check_of(known_task& task) {
  if (!task.check) {
    const auto* type = find_type(table_, task.definition.type);
    if (type == nullptr || !type->make_blocking)
      throw std::runtime_error(fmt::format("there is no blocking check type '{}'", task.definition.type));
    task.check = type->make_blocking(task.definition.options);
  }
  return *task.check;
}

}  // namespace telltale
