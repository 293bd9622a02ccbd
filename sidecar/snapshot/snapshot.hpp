// The immutable state that every endpoint, metric and command renders.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <forward_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <telltale/clock.hpp>

#include "config/config.hpp"
#include "policy/gate_state.hpp"
#include "policy/status.hpp"
#include "worker/run.hpp"

namespace telltale {

/// Upper bounds of the duration histograms in seconds, from a single stat (tens of microseconds) to the longest
/// timeouts.
inline constexpr std::array<double, 14> duration_buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                         0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5};

/// A histogram of counts per bucket, made cumulative when rendered; the last bucket is unbounded. The counts are narrow
/// because every check has fifteen. At ten runs per second one overflows after 13 years and restarts at 0.
struct histogram {
  std::array<std::uint32_t, duration_buckets.size() + 1> counts{};
  double sum = 0;
  void record(double seconds);
};

/// Counts failures per reason. Only reasons that have occurred take memory.
class reason_counts {
 public:
  std::uint64_t of(reason) const;
  std::uint64_t total() const;
  std::uint64_t& operator[](reason);
  friend bool operator==(const reason_counts&, const reason_counts&) = default;

 private:
  std::forward_list<std::pair<reason, std::uint64_t>> found_;
};

struct check_counters {
  std::uint64_t runs = 0;
  reason_counts failures;  ///< runs with verdict `fail`
  histogram duration;
  void record(const run_report&);
};

struct check_view {
  std::shared_ptr<const check_config> config;
  telltale::status status;  ///< as of `snapshot::taken`, staleness applied
  check_counters counters;
  std::chrono::nanoseconds last_duration{0};
  std::chrono::system_clock::time_point last_run{};  ///< when the latest run ended; epoch: never
};

struct gate_view {
  gate_state state;
  std::uint64_t transitions = 0;  ///< changes between 200 and 503 since the start
};

/// Counters of the configuration and its reloads.
struct config_counters {
  bool last_reload_successful = true;
  std::chrono::system_clock::time_point
      last_reload{};       ///< when the current one was applied, at the start or by a reload
  std::uint64_t hash = 0;  ///< of the configuration text
};

struct program_counters {
  worker_counts workers;
  histogram loop_lag;
  histogram queue;                                                     ///< waiting time for a worker
  std::map<std::pair<std::string, int>, std::uint64_t> http_requests;  ///< (path, status code)
  std::uint64_t http_connections = 0;
  std::uint64_t log_lines_dropped = 0;
  config_counters config;
};

/// The checks in a snapshot: those that feed a gate, or all. A response for one gate needs few of thousands.
using snapshot_subject = std::optional<gate>;
inline constexpr snapshot_subject all_checks{};
inline constexpr std::size_t snapshot_subjects = all_gates.size() + 1;
constexpr std::size_t index_of(snapshot_subject s) { return s ? static_cast<std::size_t>(*s) : all_gates.size(); }

struct snapshot {
  std::vector<std::shared_ptr<const check_view>> checks;  ///< of the subject, in configuration order
  std::array<gate_view, 3> gates;                         ///< indexed by `gate`
  bool draining = false;
  boot_clock::time_point taken{};
  boot_clock::time_point valid_until{};  ///< from then on a status or gate would differ, so a new snapshot is needed
  std::chrono::system_clock::time_point wall{};  ///< `taken` on the wall clock
  std::chrono::system_clock::time_point started{};

  const gate_view& of(gate g) const { return gates[static_cast<std::size_t>(g)]; }
  const check_view* find(std::string_view name) const;
  /// Converts a boot clock time to wall clock time with the offset at the time of the snapshot.
  std::chrono::system_clock::time_point wall_time(boot_clock::time_point) const;
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

/// Identifies a snapshot without holding it: holding snapshots of thousands of checks causes copies.
class snapshot_id {
 public:
  snapshot_id() = default;
  explicit snapshot_id(const snapshot_ptr& of) : of_(of) {}
  bool is_gone() const { return of_.expired(); }
  bool operator==(const snapshot_ptr& other) const { return !of_.owner_before(other) && !other.owner_before(of_); }

 private:
  std::weak_ptr<const snapshot> of_;
};

}  // namespace telltale
