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
#include "config/kept_checks.hpp"
#include "scheduler/examined_record.hpp"
#include "scheduler/run_listener.hpp"
#include "scheduler/timetable.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {

/// One timer for all checks and their examinations; both are units of one timetable, the checks first.
/// Lives on the io_context's only thread; the pool, resolver and listener outlive it.
class scheduler {
 public:
  /// Builds the asynchronous checks; one that cannot be built (a secret that cannot be read) is added to `refused`,
  /// and then the scheduler must not be started.
  scheduler(boost::asio::io_context&, const config&, worker_pool&, name_resolver&, run_listener&, problems& refused);

  /// Goes on with another configuration. Kept checks keep their phase, memory, examinations and a run under way; their
  /// asynchronous objects are built anew, so that secrets and certificates are read again. Of a check that is gone, a
  /// run under way ends unheard. When one cannot be built it is added to `refused` and nothing has changed.
  /// The listener is told by the caller, before the loop turns.
  void change(const config&, const kept_checks&, problems& refused);

  void start();
  void stop();
  /// To be called before anything is told of a check, or a check is judged by its age: notices a standstill that ended
  /// a moment ago, before the timer has had its turn, and takes in what runs have found that did not wake the loop.
  void catch_up(boot_clock::time_point now);

 private:
  /// A check or the examination of one. Callbacks hold it, not its number, which another configuration may change.
  struct unit {
    std::size_t number = 0;  ///< in `units_` and in the timetable
    bool gone = false;       ///< not part of the configuration any more
    std::chrono::milliseconds timeout{};
    std::shared_ptr<async_check> check;  ///< asynchronous checks
    worker_pool::task_id task = 0;       ///< blocking checks
    telltale::memory memory;
    std::optional<outcome_kind> no_news;        ///< blocking checks: what was found last, unless it was bad
    std::unique_ptr<examined_record> examined;  ///< checks that are examined: what came of it
    std::shared_ptr<unit> examines;             ///< an examination: the check whose record it keeps
    boot_clock::time_point running_since{};  ///< asynchronous checks: the coroutine under way, else the clock's epoch
  };

  using unit_ptr = std::shared_ptr<unit>;

  std::vector<unit_ptr> made_units(const config&, const kept_checks&, const std::vector<std::shared_ptr<async_check>>&,
                                   std::vector<timetable::entry_change>&);
  unit_ptr examination_of(const unit_ptr& check) const;
  void retire(const std::vector<unit_ptr>& before);
  void look_at_clock(boot_clock::time_point now);
  boot_clock::time_point next_turn(boot_clock::time_point now) const;
  void arm();
  void turn();
  void turn_again();
  void run(const unit_ptr&, boot_clock::time_point now);
  void submit(const unit_ptr&, boot_clock::time_point now);
  void run_network(const unit_ptr&, boot_clock::time_point now);
  void finished(const unit_ptr&, std::uint64_t epoch, run_report);
  /// Whether it counts as failing, which decides when it runs again.
  bool taken(unit&, run_report, boot_clock::time_point ended);

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  worker_pool& pool_;
  name_resolver& names_;
  run_listener& listener_;
  timetable table_;
  std::vector<unit_ptr> units_;
  std::uint64_t epoch_ = 0;  ///< raised at each standstill: results of an older epoch are not believed
  boot_clock::time_point last_sign_of_life_{};
  boot_clock::time_point expected_{};
  /// Due examinations, the first of them under way: together they would take the disk from the application.
  std::deque<unit_ptr> examinations_;
  bool turning_again_ = false;
  bool stopped_ = false;
};

}  // namespace telltale
