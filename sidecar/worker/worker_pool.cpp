// Implements the pool's interface: runs of checks and name lookups are two kinds of jobs.
#include "worker/worker_pool.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "worker/messages.hpp"
#include "worker/outcome_limits.hpp"
#include "worker/process_pool.hpp"

namespace telltale {
namespace {

// Names are looked up while fewer lookups than this hang in the kernel.
constexpr std::size_t max_ending_lookups = 4;

class check_run final : public job {
 public:
  check_run(std::shared_ptr<telltale::task> of, std::chrono::nanoseconds limit, std::string bytes, memory remembered,
            worker_pool::run_done done)
      : job(std::move(of), limit, std::move(bytes)), done_(std::move(done)) {
    report_.memory = std::move(remembered);
  }
  bool answered(std::string_view answer, const job_times& times) override {
    auto found = wire::decode_run_answer(answer);
    if (!found) return false;
    if (found->memory) report_.memory = within_limits(std::move(*found->memory));
    return keep(within_limits(std::move(found->outcome)), times);
  }
  void failed(reason why, std::string sentence, const job_times& times) override {
    keep(outcome::fail(why, std::move(sentence)), times);
  }
  void deliver() override { done_(std::move(report_)); }

 private:
  bool keep(outcome found, const job_times& times) {
    report_.outcome = std::move(found);
    report_.waited = times.waited;
    report_.duration = times.duration;
    report_.age = times.age;
    return true;
  }

  run_report report_;
  worker_pool::run_done done_;
};

class name_lookup final : public job {
 public:
  name_lookup(std::shared_ptr<telltale::task> of, std::chrono::nanoseconds limit, std::string host, std::uint16_t port,
              worker_pool::resolve_done done)
      : job(std::move(of), limit, wire::encode(wire::lookup_request{host, port})),
        host_(std::move(host)),
        done_(std::move(done)) {}
  bool answered(std::string_view answer, const job_times&) override {
    auto found = wire::decode_resolution(answer);
    if (!found) return false;
    resolution_ = std::move(*found);
    resolution_.error = one_line(resolution_.error, max_message_bytes);
    return true;
  }
  void failed(reason why, std::string sentence, const job_times&) override {
    resolution_.error = fmt::format("{} does not resolve: {}", host_, sentence);
    resolution_.timed_out = why == reason::timeout || why == reason::stuck;
  }
  void deliver() override { done_(std::move(resolution_)); }

 private:
  std::string host_;
  resolution resolution_;
  worker_pool::resolve_done done_;
};

class check_pool final : public worker_pool {
 public:
  check_pool(boost::asio::io_context& context, const worker_pool_options& options)
      : started_at_(options.started_at), processes_(std::make_shared<process_pool>(context, options)) {
    lookups_->slow = true;
    lookups_->max_ending = max_ending_lookups;
  }

  task_id add(worker_task description) override {
    registered made;
    made.task = std::make_shared<task>();
    made.task->definition = wire::encode(wire::definition{description.type, std::move(description.options)});
    made.task->definition.shrink_to_fit();
    made.task->slow = description.slow;
    const auto& definition = made.task->definition;
    if (definition.size() > wire::max_part) made.refusal = "the check's options take more than 64 KiB";
    else if (!wire::decode_definition(definition)) made.refusal = "the check's options are nested too deeply";
    made.task = processes_->shared_task(std::move(made.task));
    const auto id = next_id_++;
    tasks_.emplace(id, std::move(made));
    return id;
  }

  void remove(task_id id) override { tasks_.erase(id); }

  void run(task_id id, std::chrono::milliseconds timeout, memory state, run_done done) override {
    const auto& [of, refusal] = tasks_.at(id);
    auto payload = wire::encode(wire::run_request{of->definition, started_at_, timeout, state});
    const bool fits = payload.size() - of->definition.size() <= wire::max_part;
    auto made = std::make_unique<check_run>(of, timeout, std::move(payload), std::move(state), std::move(done));
    if (!refusal.empty()) return processes_->refuse(std::move(made), refusal);
    if (!fits) return processes_->refuse(std::move(made), "the check's state takes more than 64 KiB");
    processes_->submit(std::move(made));
  }

  void resolve(std::string host, std::uint16_t port, std::chrono::milliseconds timeout, resolve_done done) override {
    const bool valid = !host.empty() && host.size() <= wire::max_host_length && host.find('\0') == std::string::npos;
    auto made = std::make_unique<name_lookup>(lookups_, timeout, std::move(host), port, std::move(done));
    if (!valid) return processes_->refuse(std::move(made), "not a valid host name");
    processes_->submit(std::move(made));
  }

  worker_counts counts() const override { return processes_->counts(); }
  void stop() override { processes_->stop(); }

 private:
  struct registered {
    std::shared_ptr<telltale::task> task;
    std::string refusal;  ///< not empty: why no worker can run it
  };

  std::chrono::system_clock::time_point started_at_;
  std::shared_ptr<process_pool> processes_;
  std::shared_ptr<task> lookups_ = std::make_shared<task>();
  std::map<task_id, registered> tasks_;
  task_id next_id_ = 0;
};

}  // namespace

std::unique_ptr<worker_pool> make_worker_pool(boost::asio::io_context& context, const worker_pool_options& options) {
  return std::make_unique<check_pool>(context, options);
}

}  // namespace telltale
