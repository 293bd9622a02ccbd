// Keeps the status of every check and publishes snapshots.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "config/heartbeat.hpp"
#include "config/kept_checks.hpp"
#include "scheduler/run_listener.hpp"
#include "snapshot/shared_names.hpp"
#include "snapshot/snapshot.hpp"

namespace telltale {

/// Receives every run, applies the policy and logs changes. Used from the loop only; never blocks. Each check has one
/// view that snapshots share. A run changes the view in place unless a snapshot is held, and copies it otherwise. The
/// board itself holds no outdated snapshot.
class board final : public run_listener {
 public:
  /// Has no checks until `change` sets a configuration, which snapshots share.
  board(boot_clock::time_point now, std::chrono::system_clock::time_point wall) : heartbeat_(now), started_(wall) {}
  board(std::shared_ptr<const config>, boot_clock::time_point now, std::chrono::system_clock::time_point wall);

  bool on_run(std::size_t check, run_report, boot_clock::time_point ended) override;
  void on_stall(std::chrono::nanoseconds, boot_clock::time_point now) override;
  void on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point now) override;

  /// Applies another configuration: kept checks keep their status, new ones are pending. Gates keep their history, and
  /// `startup` stays passed until a check that feeds it fails.
  void change(std::shared_ptr<const config>, const kept_checks&, boot_clock::time_point now);

  /// Makes `ready` fail from now on, regardless of the checks.
  void drain();

  /// Returns a snapshot as of `now`, of all checks or of those that feed one gate. Returns the latest one when nothing
  /// in it has changed or aged.
  snapshot_ptr snapshot_at(boot_clock::time_point now, snapshot_subject = all_checks);

  /// Updates stale views and gates to `now` and logs changes. Every new snapshot begins with this.
  void evaluate(boot_clock::time_point now);

  /// Whether a snapshot as of `now` depends on results of runs, which must be collected first.
  bool needs_results(snapshot_subject, boot_clock::time_point now) const;

  const histogram& loop_lag() const { return loop_lag_; }
  /// Time that runs of blocking checks waited for a worker.
  const histogram& queue() const { return queue_; }

  /// Called when a status changed, so that the owner evaluates and logs gates soon, without waiting for a request. May
  /// be empty.
  std::function<void()> changed;

 private:
  /// Fits one cache line, including the configuration that a run needs.
  struct entry {
    std::shared_ptr<check_view> view;              ///< as of the latest run; changed through `writable_view` only
    std::shared_ptr<const check_view> stale_view;  ///< set when the latest run is too old, and shown instead of `view`
    thresholds limits;
    std::array<bool, all_gates.size()> feeds{};
    bool blocking = false;
    check_state logged_state = check_state::pending;
    telltale::reason logged_reason = reason::pending;
  };

  static entry new_entry(boot_clock::time_point waiting_since);
  void add_entry(std::shared_ptr<const check_config>, entry);
  /// Returns the view after copying it when a snapshot shares it.
  static check_view& writable_view(entry&);
  static std::shared_ptr<const check_view> shown(const entry& p) { return p.stale_view ? p.stale_view : p.view; }
  void log_change(entry&, const telltale::status& shown);
  void discard_snapshots() { last_ = {}; }
  void discard_snapshots_of(const entry&);
  bool is_stalled(boot_clock::time_point now) const { return now >= heartbeat_ + heartbeat_limit; }
  void update_stale(boot_clock::time_point now);
  void evaluate_gates(boot_clock::time_point now);

  std::vector<entry> entries_;
  std::array<std::vector<std::size_t>, all_gates.size()> feeding_;
  std::array<gate_view, all_gates.size()> gates_;
  std::array<bool, all_gates.size()> gate_logged_{};
  bool gates_current_ = false;  ///< nothing that decides a gate has changed since the evaluation
  bool ready_without_checks_ = false;
  bool draining_ = false;
  startup_mode startup_ = startup_mode::follow;
  bool startup_passed_ = false;
  boot_clock::time_point heartbeat_;
  std::chrono::system_clock::time_point started_;
  histogram loop_lag_;
  histogram queue_;
  shared_names names_;
  // Avoid checking the age of thousands of runs per snapshot. Both may be earlier than necessary, never later.
  boot_clock::time_point first_old_{};                ///< no result is stale before this time
  boot_clock::time_point next_old_{};                 ///< no further result becomes stale before this time
  std::array<snapshot_ptr, snapshot_subjects> last_;  ///< by subject; null when its content has changed
};

}  // namespace telltale
