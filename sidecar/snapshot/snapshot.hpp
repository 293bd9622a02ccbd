// The immutable state that every endpoint, metric and command renders.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
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

/// A histogram of counts per bucket, made cumulative when rendered; the last bucket is unbounded.
struct histogram {
  std::array<std::uint64_t, duration_buckets.size() + 1> counts{};
  double sum = 0;
  void record(double seconds);
};

struct check_counters {
  std::uint64_t runs = 0;
  std::map<reason, std::uint64_t> failures;  ///< runs with verdict `fail`, by reason
  histogram duration;
  void record(const run_report&);
};

/// A check after its latest run. Each run makes a new one, which all later snapshots share until the next run.
struct check_view {
  std::shared_ptr<const check_config> config;
  telltale::status status;  ///< in a snapshot: staleness applied
  check_counters counters;
  std::chrono::nanoseconds last_duration{0};
  std::chrono::system_clock::time_point last_run{};  ///< when the latest run ended; epoch: never
};

struct gate_view {
  gate_state state;
  std::uint64_t transitions = 0;  ///< changes between 200 and 503 since the start
  bool is_up() const { return state.state != verdict::fail; }
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

struct snapshot {
  std::vector<std::shared_ptr<const check_view>> checks;  ///< in configuration order
  std::array<gate_view, all_gates.size()> gates;          ///< indexed by `gate`
  bool draining = false;
  boot_clock::time_point taken{};
  boot_clock::time_point valid_until{};          ///< from then on a status, a gate or a shown age differs by age alone
  std::chrono::system_clock::time_point wall{};  ///< `taken` on the wall clock
  std::chrono::system_clock::time_point started{};

  const gate_view& of(gate g) const { return gates[static_cast<std::size_t>(g)]; }
  const check_view* find(std::string_view name) const;
  /// The checks that feed a gate, in configuration order. Valid as long as the snapshot.
  std::vector<fed_status> fed_to(gate) const;
  /// Converts a boot clock time to wall clock time with the offset at the time of the snapshot.
  std::chrono::system_clock::time_point wall_time(boot_clock::time_point) const;
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

}  // namespace telltale
