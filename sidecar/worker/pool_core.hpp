// The pool behind its interface: jobs come in, workers are started, watched, killed and replaced.
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

#include "worker/answers.hpp"
#include "worker/job_queue.hpp"
#include "worker/messages.hpp"
#include "worker/worker.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// Each of its files is named where its functions are declared. Handlers hold it weakly and find workers by their id,
/// so both may go at any time.
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
  static constexpr std::size_t packets_per_turn = 256;  // of one worker; the loop has other things to do

  // Jobs: pool_core.cpp
  void submit(job);
  void dispatch_soon();
  void dispatch();
  void hand_out();
  void give(worker&, std::vector<job>);
  void forget_removed(worker&);
  void answer_expired(time_point now);
  void answer_stuck(const task&);
  void requeue(std::vector<job>);
  void requeue_apart(std::vector<job>);
  void fail(job, reason, std::string sentence, std::chrono::nanoseconds waited = {},
            std::chrono::nanoseconds duration = {});

  // Starting: pool_starting.cpp
  bool slow_allowed() const;
  std::size_t overrunning() const;
  bool quick_needs_worker(time_point now) const;
  void start_missing();
  bool start_one();
  void start_failed(std::string sentence);

  // One worker: pool_supervision.cpp
  void listen(worker&);
  void watch_death(worker&);
  void watch_time(worker&);
  void watch_unsent(worker&);
  void on_readable(worker_id);
  void on_dead(worker_id);
  enum class drained { empty, more };
  drained drain(worker&, std::size_t most);
  void handle(worker&, wire::from_worker, time_point now);
  void say_what_was_refused(const wire::ready&);
  void handle_lookup(worker&, wire::lookup_answer, time_point now);
  void finished_one(worker&, time_point now);
  void lose(worker&, std::string blame, time_point now);
  void mistrust(worker&, time_point now);
  void put_down(worker&, time_point now);
  void bury(worker&, const exit_status&);
  void settle(worker&, std::string sentence);

  // What runs found: pool_ledgers.cpp
  void read_news();
  void ask_for_news();
  std::optional<std::string> unread_of(worker&);
  void believe(worker&, const std::optional<std::string>& written, time_point now);
  bool take_down(worker&, wire::run_outcome, time_point now);
  std::vector<job> take_unbegun(worker&, std::size_t begun, time_point now);

  // Time: pool_time.cpp
  void tick();
  void check_time(worker&, time_point now);
  void check_busy(worker&, time_point now);
  void part(worker&, bool overran, time_point now);
  void overdue(worker&, time_point now);
  void give_up(worker&, time_point now);
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

  std::vector<std::shared_ptr<task>> tasks_;  ///< by their id; null: removed
  std::vector<task_id> free_ids_;
  std::vector<std::uint64_t> removed_;  ///< task numbers that workers may still know
  job_queue queue_;
  answers answers_;
  std::map<worker_id, worker> workers_;

  std::uint64_t next_number_ = 1;  ///< of workers, tasks, jobs and batches alike
  int start_failures_ = 0;         ///< in a row
  bool said_unconfined_ = false;
  std::string start_error_;  ///< of the last try, empty after a success
  time_point next_start_{};
  worker_counts totals_;
  std::array<char, wire::max_message> buffer_{};
};

}  // namespace telltale
