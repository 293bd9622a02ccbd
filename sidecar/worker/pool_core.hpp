// Implements the pool: queues jobs and starts, supervises, kills and replaces workers.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "worker/completions.hpp"
#include "worker/job_queue.hpp"
#include "worker/messages.hpp"
#include "worker/worker.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// The implementation is split over the files named below. Handlers hold a weak pointer to the pool and look workers up
/// by id, because either may be destroyed first.
class pool_core : public std::enable_shared_from_this<pool_core> {
 public:
  using time_point = loop_clock::time_point;
  using task_id = worker_pool::task_id;

  pool_core(boost::asio::io_context&, worker_pool_options);
  ~pool_core();

  task_id add(worker_task);
  void remove(task_id);
  void run(task_id, std::chrono::nanoseconds timeout, run_input, worker_pool::run_done);
  void resolve(std::string host, std::uint16_t port, std::chrono::nanoseconds timeout, worker_pool::resolve_done);
  void collect();
  worker_counts counts() const;
  void stop();

 private:
  using worker_id = std::uint64_t;
  static constexpr std::size_t max_packets_per_read = 256;  // of one worker, so that other handlers of the loop can run

  // Jobs: pool_core.cpp
  void submit(job);
  void dispatch_soon();
  void dispatch();
  void assign_jobs();
  void assign(worker&, std::vector<job>);
  void forget_removed(worker&);
  void answer_expired(time_point now);
  void answer_stuck(const task&);
  void requeue(std::vector<job>);
  void requeue_split(std::vector<job>);
  void fail(job, reason, std::string sentence, std::chrono::nanoseconds waited = {},
            std::chrono::nanoseconds duration = {});

  // Starting workers: pool_starting.cpp
  bool slow_allowed() const;
  std::size_t overrunning() const;
  bool quick_needs_worker(time_point now) const;
  void start_missing();
  bool start_one();
  void start_failed(std::string sentence);

  // Supervising one worker: pool_supervision.cpp
  void listen(worker&);
  void wait_for_exit(worker&);
  void wait_for_deadline(worker&);
  void wait_until_writable(worker&);
  void on_readable(worker_id);
  void on_dead(worker_id);
  enum class drained { empty, more };
  drained drain(worker&, std::size_t most);
  void handle(worker&, wire::from_worker, time_point now);
  void log_refused_restrictions(const wire::ready&);
  void handle_lookup(worker&, wire::lookup_result, time_point now);
  void finished_one(worker&, time_point now);
  void on_disconnect(worker&, std::string kill_reason, time_point now);
  void on_protocol_error(worker&, time_point now);
  void terminate(worker&, time_point now);
  void reap(worker&, const exit_status&);
  void fail_current(worker&, std::string sentence);

  // Reading results: pool_results.cpp
  void read_results();
  void request_wake();
  std::optional<std::string> unread_results(worker&);
  void accept_results(worker&, const std::optional<std::string>& written, time_point now);
  bool accept_result(worker&, wire::run_outcome, time_point now);
  std::vector<job> take_unbegun(worker&, std::size_t begun, time_point now);

  // Deadlines: pool_time.cpp
  void tick();
  void check_time(worker&, time_point now);
  void check_busy(worker&, time_point now);
  void split_batch(worker&, bool overran, time_point now);
  void on_timeout(worker&, time_point now);
  void on_grace_expired(worker&, time_point now);
  void retire_idle(time_point now);
  time_point next_due() const;
  void arm();

  worker* find(worker_id);
  worker* best_idle();
  std::size_t count(worker_state) const;
  void kill(worker&);

  boost::asio::io_context& context_;
  worker_pool_options options_;
  boost::asio::steady_timer timer_;
  time_point armed_for_ = time_point::max();
  bool dispatch_posted_ = false;
  bool stopped_ = false;

  std::vector<std::shared_ptr<task>> tasks_;  ///< indexed by id; null: removed
  std::vector<task_id> free_ids_;
  std::vector<std::uint64_t> removed_;  ///< numbers of removed tasks that workers may still know
  job_queue queue_;
  completions completions_;
  std::map<worker_id, worker> workers_;

  std::uint64_t next_number_ = 1;  ///< shared by workers, tasks, jobs and batches
  int start_failures_ = 0;         ///< consecutive
  bool logged_refused_ = false;
  std::string start_error_;  ///< of the last attempt; empty after a success
  time_point next_start_{};
  worker_counts totals_;
  std::array<char, wire::max_message> buffer_{};
};

}  // namespace telltale
