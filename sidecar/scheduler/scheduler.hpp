// Runs every check when it is due, one run at a time, and reports each result.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <telltale/async_check.hpp>
#include <telltale/clock.hpp>

#include "config/config.hpp"
#include "config/kept_checks.hpp"
#include "scheduler/run_listener.hpp"
#include "scheduler/timetable.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// Uses one timer for all checks. Used on the io_context's only thread. The pool, resolver and listener must outlive
/// it.
class scheduler {
 public:
  /// Builds the asynchronous checks. A check that cannot be built (an unreadable secret) is added to `refused`; the
  /// scheduler must not be started then.
  scheduler(boost::asio::io_context&, const config&, worker_pool&, name_resolver&, run_listener&, problems& refused);

  /// Applies another configuration. Kept checks keep their phase, state and running probe. Their asynchronous
  /// objects are rebuilt, so that secrets and certificates are read again. The result of a removed check's running
  /// probe is dropped. When a check cannot be built it is added to `refused` and nothing changes. The caller informs
  /// the listener before the next loop iteration.
  void change(const config&, const kept_checks&, problems& refused);

  void start();
  void stop();
  /// Call this before any state of checks is rendered or judged by age. Detects a stall that ended before the timer
  /// fired, and collects results that did not wake the loop.
  void catch_up(boot_clock::time_point now);

 private:
  /// A check. Callbacks hold the unit instead of its number, which a reload may change.
  struct unit {
    std::size_t number = 0;  ///< index in `units_` and in the timetable
    bool removed = false;    ///< no longer part of the configuration
    std::chrono::milliseconds timeout{};
    std::shared_ptr<async_check> check;  ///< set for asynchronous checks
    worker_pool::task_id task = 0;       ///< set for blocking checks and for the part of an asynchronous one
    std::unique_ptr<blocking_part> part;
    telltale::memory memory;
    std::optional<outcome_kind> unchanged_kind;  ///< blocking checks: the latest outcome, unless it failed
    bool slow = false;                           ///< its runs wait for those of other slow checks
    boot_clock::time_point
        running_since{};  ///< asynchronous checks: start of the running coroutine, else the clock's epoch
  };

  using unit_ptr = std::shared_ptr<unit>;

  std::vector<unit_ptr> build_units(const config&, const kept_checks&, const std::vector<std::shared_ptr<async_check>>&,
                                    std::vector<timetable::entry_change>&);
  void remove_gone(const std::vector<unit_ptr>& before);
  void detect_stall(boot_clock::time_point now);
  boot_clock::time_point next_iteration(boot_clock::time_point now) const;
  void arm();
  void iterate();
  void iterate_again();
  void run(const unit_ptr&, boot_clock::time_point now);
  void begin(const unit_ptr&, boot_clock::time_point now);
  void run_network(const unit_ptr&, boot_clock::time_point now);
  void finished(const unit_ptr&, std::uint64_t epoch, run_report);

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  worker_pool& pool_;
  name_resolver& names_;
  run_listener& listener_;
  timetable table_;
  std::vector<unit_ptr> units_;
  std::uint64_t epoch_ = 0;  ///< incremented at each stall; results of an older epoch are dropped
  boot_clock::time_point last_iteration_{};
  boot_clock::time_point expected_{};
  /// Due slow checks; the first one is running. Running them in parallel would overload the disk.
  std::deque<unit_ptr> slow_checks_;
  bool iteration_posted_ = false;
  bool stopped_ = false;
};

}  // namespace telltale
