// Runs every check when it is due, one run at a time, and reports each result.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <telltale/clock.hpp>

#include "config/config.hpp"
#include "config/kept_checks.hpp"
#include "runner/runner_factory.hpp"
#include "scheduler/run_listener.hpp"
#include "scheduler/timetable.hpp"

namespace telltale {

/// Uses one timer for all checks. Used on the io_context's only thread. The factory and the listener must outlive it.
class scheduler {
 public:
  /// Makes a runner for each check. A check that cannot be built (an unreadable secret) is added to `refused`; the
  /// scheduler must not be started then.
  scheduler(boost::asio::io_context&, const config&, runner_factory&, run_listener&, problems& refused);

  /// Applies another configuration. Every check is built anew, so that secrets and certificates are read again; kept
  /// checks continue with their phase, state and running probe. The result of a removed check's running probe is
  /// dropped. When a check cannot be built it is added to `refused` and nothing changes. The caller informs the
  /// listener before the next loop iteration.
  void change(const config&, const kept_checks&, problems& refused);

  void start();
  void stop();

  /// Detects a pause of the program that ended before the timer fired: the listener is told, and every check is due at
  /// once. Call this before a state of checks is reported or judged by age. Cheap without a pause.
  void detect_stall(boot_clock::time_point now);

 private:
  struct unit {
    std::unique_ptr<check_runner> runner;
    std::chrono::milliseconds timeout{};
    bool slow = false;
    std::size_t number = 0;  ///< in `units_` and in the timetable; a reload changes it
    bool removed = false;    ///< a slow check that a reload removed during its run
  };
  using unit_ptr = std::shared_ptr<unit>;

  void arm();
  void iterate();
  void start_due(boot_clock::time_point now);
  void iterate_again();
  void run(const unit_ptr&);
  void start_run(unit&);
  void finished(unit&, std::uint64_t epoch, run_report);
  unit_ptr next_slow_run();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  runner_factory& runners_;
  run_listener& listener_;
  timetable table_;
  std::vector<unit_ptr> units_;
  std::deque<unit_ptr> slow_;  ///< due slow checks; the first one is running. In parallel they would overload the disk.
  std::uint64_t epoch_ = 0;    ///< incremented at each stall; results of an older epoch are dropped
  boot_clock::time_point last_iteration_{};
  boot_clock::time_point expected_{};
  bool iteration_posted_ = false;
  bool stopped_ = false;
};

}  // namespace telltale
