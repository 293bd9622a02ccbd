// Keeps the status of every check and takes pictures of them.
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

/// Hears of every run, applies the policy, logs what changed and publishes by swapping one pointer. Used from the loop
/// only; never blocks. Of a check there is one view, shared with the pictures that show it: a run changes it in place
/// unless somebody holds such a picture, and then a copy. The board itself holds none that is out of date.
class board final : public run_listener {
 public:
  /// Without checks until there is a configuration, which it shares with its pictures.
  board(boot_clock::time_point now, std::chrono::system_clock::time_point wall) : heartbeat_(now), started_(wall) {}
  board(std::shared_ptr<const config>, boot_clock::time_point now, std::chrono::system_clock::time_point wall);

  bool ran(std::size_t check, run_report, boot_clock::time_point ended) override;
  void stood_still(std::chrono::nanoseconds, boot_clock::time_point now) override;
  void turned(std::chrono::nanoseconds lag, boot_clock::time_point now) override;

  /// Goes on with another configuration: kept checks keep what is known of them, a new one is pending. Gates keep their
  /// history, and `startup` stays passed until a check that feeds it fails.
  void change(std::shared_ptr<const config>, const kept_checks&, boot_clock::time_point now);

  /// From now on `ready` fails, whatever the checks say.
  void drain();

  /// The picture as of `now`, of all checks or of those that feed one gate: the last one if nothing that it shows
  /// changed or aged, else a new one.
  snapshot_ptr picture(boot_clock::time_point now, picture_subject = all_checks);

  /// Brings what is shown, and the gates, up to `now`, and logs what changed: every new picture begins with it.
  void evaluate(boot_clock::time_point now);

  /// Whether a picture taken now would look at what runs have found: then all that is known has to be told first.
  bool needs_results(picture_subject, boot_clock::time_point now) const;

  const histogram& loop_lag() const { return loop_lag_; }
  /// How long runs of blocking checks waited for a worker.
  const histogram& queue() const { return queue_; }

  /// Called when a status changed, so that the owner has gates evaluated soon (and logged) even when nobody asks. May
  /// be empty.
  std::function<void()> changed;

 private:
  /// One line of the processor's cache: what a run needs of its check's configuration is here too.
  struct post {
    std::shared_ptr<check_view> view;        ///< as of the last run; changed through `own` only
    std::shared_ptr<const check_view> aged;  ///< null unless the last run is too old: what is shown instead
    thresholds limits;
    std::array<bool, all_gates.size()> feeds{};
    bool blocking = false;
    check_state logged_state = check_state::pending;
    telltale::reason logged_reason = reason::pending;
  };

  static post new_post(boot_clock::time_point waiting_since);
  void add_post(std::shared_ptr<const check_config>, post);
  /// The view, no picture's but the board's own: for changing it.
  static check_view& own(post&);
  static std::shared_ptr<const check_view> shown(const post& p) { return p.aged ? p.aged : p.view; }
  void note(post&, const telltale::status& shown);
  void forget_pictures() { last_ = {}; }
  void forget_pictures_of(const post&);
  bool stands_still(boot_clock::time_point now) const { return now >= heartbeat_ + heartbeat_limit; }
  void age(boot_clock::time_point now);
  void evaluate_gates(boot_clock::time_point now);

  std::vector<post> posts_;
  std::array<std::vector<std::size_t>, all_gates.size()> feeding_;
  std::array<gate_view, all_gates.size()> gates_;
  std::array<bool, all_gates.size()> gate_logged_{};
  bool gates_current_ = false;  ///< no shown state, and nothing else that decides a gate, changed since the evaluation
  bool ready_without_checks_ = false;
  bool draining_ = false;
  startup_mode startup_ = startup_mode::follow;
  bool startup_passed_ = false;
  boot_clock::time_point heartbeat_;
  std::chrono::system_clock::time_point started_;
  histogram loop_lag_;
  histogram queue_;
  shared_names names_;
  // So that no picture has to look at the age of thousands of runs. Both may be earlier than true, never later.
  boot_clock::time_point first_old_{};               ///< until then no run is too old
  boot_clock::time_point next_old_{};                ///< until then none is that was not when `age` looked at them
  std::array<snapshot_ptr, picture_subjects> last_;  ///< by subject; null when something that it shows changed since
};

}  // namespace telltale
