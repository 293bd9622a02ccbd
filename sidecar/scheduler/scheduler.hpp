// Runs every check when it is due, once at a time, and hands each result on.
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
#include "scheduler/examined_record.hpp"
#include "scheduler/timetable.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// Who hears of results. Checks are numbered as in the configuration. Called from the loop.
class run_listener {
 public:
  virtual ~run_listener() = default;
  /// A run has ended; returns whether the check is failing now, which decides when it runs again.
  virtual bool ran(std::size_t check, run_report, boot_clock::time_point now) = 0;
  /// The program did not run for this long; nothing found before may be believed.
  virtual void stood_still(std::chrono::nanoseconds, boot_clock::time_point now) = 0;
  /// The loop turned, this much later than it meant to. At least once per heartbeat_period.
  virtual void turned(std::chrono::nanoseconds lag, boot_clock::time_point now) = 0;
};

/// One timer for all checks and their examinations; both are units of one timetable, the checks first.
/// Lives on the io_context's only thread; the pool, resolver and listener outlive it.
class scheduler {
 public:
  /// Builds the asynchronous checks; one that cannot be built (a secret that cannot be read) is added to `refused`,
  /// and then the scheduler must not be started.
  scheduler(boost::asio::io_context&, const config&, worker_pool&, name_resolver&, run_listener&, problems& refused);

  void start();
  void stop();
  /// To be called before anything is told to anybody: notices a standstill that ended a moment ago, before the timer
  /// has had its turn.
  void look_at_clock(boot_clock::time_point now);

 private:
  struct unit {
    std::chrono::milliseconds timeout{};
    std::shared_ptr<async_check> check;  ///< asynchronous checks
    worker_pool::task_id task = 0;       ///< blocking checks
    telltale::memory memory;
    examined_record examined;                ///< checks that are examined: what came of it
    std::optional<std::size_t> examines{};   ///< an examination: the check whose record it keeps
    boot_clock::time_point running_since{};  ///< asynchronous checks: the coroutine under way, else the clock's epoch
  };

  void add_check(const check_config&, problems& refused);
  void add_examination(std::size_t check, const check_config&);
  void arm();
  void turn();
  void run(std::size_t check, boot_clock::time_point now);
  void submit(std::size_t unit, boot_clock::time_point now);
  void run_network(std::size_t check, boot_clock::time_point now);
  void finished(std::size_t unit, std::uint64_t epoch, run_report);
  /// Whether it counts as failing, which decides when it runs again.
  bool taken(std::size_t unit, run_report, boot_clock::time_point now);

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  worker_pool& pool_;
  name_resolver& names_;
  run_listener& listener_;
  timetable table_;
  std::vector<unit> units_;
  std::uint64_t epoch_ = 0;  ///< raised at each standstill: results of an older epoch are not believed
  boot_clock::time_point last_sign_of_life_{};
  boot_clock::time_point expected_{};
  /// Due examinations, the first of them under way: together they would take the disk from the application.
  std::deque<std::size_t> examinations_;
  bool stopped_ = false;
};

}  // namespace telltale
