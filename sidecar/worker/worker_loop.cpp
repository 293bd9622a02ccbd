// Runs batches in order until the program closes the batch.
#include "worker/worker_loop.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "worker/lookup.hpp"
#include "worker/outcome_limits.hpp"

namespace telltale {
namespace {

// Outcomes of an unfinished batch wake a waiting program after this time.
constexpr std::chrono::milliseconds max_wake_delay{5};

}  // namespace

bool worker_loop::handle(const wire::to_worker& message) {
  if (const auto* first = std::get_if<wire::hello>(&message)) started_at_ = first->started_at;
  if (const auto* task = std::get_if<wire::define>(&message))
    tasks_[task->task] = {std::make_unique<wire::define>(*task), nullptr};
  if (const auto* task = std::get_if<wire::forget>(&message)) tasks_.erase(task->task);
  if (const auto* batch = std::get_if<wire::run_batch>(&message)) return run(*batch);
  if (const auto* name = std::get_if<wire::lookup>(&message))
    return send_(wire::lookup_result{name->number, look_up_endpoints(name->host, name->port)});
  return true;
}

bool worker_loop::run(const wire::run_batch& batch) {
  bool news = false;
  auto spoke = wire::clock::now();
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const auto now = wire::clock::now();
    if (i > 0 && now - spoke >= max_wake_delay && (news || result_buffer_.wake_requested())) {
      if (!send_(wire::results_written{})) return false;
      spoke = now;
    }
    if (i > 0 && !result_buffer_.begin(batch.batch, i, now)) break;
    const auto found = run_one(batch.items[i], now);
    news = news || batch.items[i].unchanged_kind != outcome_kind::of(found.outcome);
    writer_.clear();
    wire::put(writer_, found);
    // The timer is stopped first: once the last outcome is readable, the program may set it for another batch.
    if (i + 1 == batch.items.size()) on_batch_done_();
    result_buffer_.write(writer_.view());
    if (i + 1 < batch.items.size() && !result_buffer_.has_room()) {
      result_buffer_.close(batch.batch);
      news = true;
      break;
    }
  }
  return !(news || result_buffer_.wake_requested()) || send_(wire::results_written{});
}

wire::run_outcome worker_loop::run_one(const wire::run_item& item, wire::clock::time_point began) {
  wire::run_outcome out{item.number, {}, {}, began, {}};
  auto remembered = item.memory;
  try {
    out.outcome = probe(item, remembered);
    if (remembered != item.memory) out.memory = within_limits(std::move(remembered));
  } catch (const std::exception& e) {
    out.outcome = outcome::fail(reason::internal, fmt::format("the check failed: {}", e.what()));
  } catch (...) {
    out.outcome = outcome::fail(reason::internal, "the check threw an unknown exception");
  }
  out.duration = wire::clock::now() - began;
  out.outcome = within_limits(std::move(out.outcome));
  return out;
}

outcome worker_loop::probe(const wire::run_item& item, memory& remembered) {
  const auto found = tasks_.find(item.task);
  if (found == tasks_.end()) throw std::runtime_error("unknown task");
  const auto now = boot_clock::now();
  probe_context context{now, now + item.timeout, started_at_, remembered};
  return check_of(found->second).probe(context);
}

blocking_check& worker_loop::check_of(known_task& task) {
  if (task.check) return *task.check;
  const auto& wanted = *task.unbuilt;
  const auto* type = find_type(table_, wanted.type);
  if (type == nullptr || !type->make_blocking)
    throw std::runtime_error(fmt::format("there is no blocking check type '{}'", wanted.type));
  task.check = type->make_blocking(wanted.options);
  task.unbuilt = nullptr;  // the check holds its options, and there may be thousands of checks
  return *task.check;
}

}  // namespace telltale
