// Keeps the status of every check and publishes snapshots.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "config/heartbeat.hpp"
#include "config/kept_checks.hpp"
#include "scheduler/run_listener.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Receives every run, applies the policy and logs changes. A snapshot is built when one is asked for and something
/// has changed or aged since the latest one. Used from the loop only; never blocks.
class board final : public run_listener {
 public:
  /// Every check is pending. Snapshots share the configuration.
  board(std::shared_ptr<const config>, boot_clock::time_point now, std::chrono::system_clock::time_point wall);

  bool on_run(std::size_t check, run_report, boot_clock::time_point ended) override;
  void on_stall(std::chrono::nanoseconds, boot_clock::time_point now) override;
  void on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point now) override;

  /// Applies another configuration: kept checks keep their status, new ones are pending. Gates keep their history, and
  /// `startup` stays passed until a check that feeds it fails.
  void change(std::shared_ptr<const config>, const kept_checks&, boot_clock::time_point now);

  /// Makes `ready` fail from now on, regardless of the checks.
  void drain();

  /// Returns the snapshot as of `now`. A new one evaluates the gates and logs what changed.
  snapshot_ptr snapshot_at(boot_clock::time_point now);

  const histogram& loop_lag() const { return loop_lag_; }
  /// Time that runs of blocking checks waited for a worker.
  const histogram& queue() const { return queue_; }

  /// Called when a status changed, so that the owner takes a snapshot soon, without waiting for a request. May be
  /// empty.
  std::function<void()> changed;

 private:
  struct entry {
    std::shared_ptr<const check_view> view;  ///< as of the latest run
    check_state logged_state = check_state::pending;
    telltale::reason logged_reason = reason::pending;
  };

  void log_change(entry&, const check_view& shown);
  void add_checks(snapshot&);
  void add_gates(snapshot&) const;

  std::shared_ptr<const config> config_;
  std::vector<entry> entries_;  ///< in configuration order
  bool draining_ = false;
  boot_clock::time_point heartbeat_;
  std::chrono::system_clock::time_point started_;
  histogram loop_lag_;
  histogram queue_;
  snapshot_ptr latest_;    ///< null before the first one
  bool outdated_ = false;  ///< something has changed since `latest_`
};

}  // namespace telltale
