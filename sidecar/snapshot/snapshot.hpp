// One immutable picture of everything: every endpoint, metric and command renders this and nothing else.
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

/// Upper bounds of the duration histograms, in seconds: from a bare stat (tens of microseconds) to the longest
/// timeouts.
inline constexpr std::array<double, 14> duration_buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                         0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5};

/// A cumulative-on-render histogram: counts per bucket, the last one for everything above. The counts are narrow
/// because every check has fifteen of them; ten a second fill one in 13 years, and it starts again as if the program
/// had.
struct histogram {
  std::array<std::uint32_t, duration_buckets.size() + 1> counts{};
  double sum = 0;
  void record(double seconds);
};

/// How often each reason was found. Of a check most never are, and only those that were take room.
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
  reason_counts failures;  ///< runs that found `fail`
  histogram duration;
  void record(const run_report&);
};

/// One check in the picture.
struct check_view {
  std::shared_ptr<const check_config> config;
  telltale::status status;  ///< as of `snapshot::taken`, staleness applied
  check_counters counters;
  std::chrono::nanoseconds last_duration{0};
  std::chrono::system_clock::time_point last_run{};  ///< when the newest run ended; epoch: never
};

struct gate_view {
  gate_state state;
  std::uint64_t transitions = 0;  ///< changes between 200 and 503 since the start
};

/// How the configuration in force came to be.
struct config_counters {
  bool last_reload_successful = true;
  std::chrono::system_clock::time_point last_reload{};  ///< when the one in force was taken; the start counts
  std::uint64_t hash = 0;                               ///< of its text
};

/// Program-wide figures that metrics show.
struct program_counters {
  worker_counts workers;
  histogram loop_lag;
  histogram queue;                                                     ///< for a worker
  std::map<std::pair<std::string, int>, std::uint64_t> http_requests;  ///< (path, status code)
  std::uint64_t http_connections = 0;
  std::uint64_t log_lines_dropped = 0;
  config_counters config;
};

/// Which checks a picture shows: those that feed a gate, or all. What an answer needs of thousands is often none.
using picture_subject = std::optional<gate>;
inline constexpr picture_subject all_checks{};
inline constexpr std::size_t picture_subjects = all_gates.size() + 1;
constexpr std::size_t index_of(picture_subject s) { return s ? static_cast<std::size_t>(*s) : all_gates.size(); }

struct snapshot {
  std::vector<std::shared_ptr<const check_view>> checks;  ///< of its subject, in the order of the configuration
  std::array<gate_view, 3> gates;                         ///< indexed by `gate`
  bool draining = false;
  boot_clock::time_point taken{};
  boot_clock::time_point valid_until{};  ///< past this moment a status or gate would read differently: take a new one
  std::chrono::system_clock::time_point wall{};  ///< `taken` on the wall clock
  std::chrono::system_clock::time_point started{};

  const gate_view& of(gate g) const { return gates[static_cast<std::size_t>(g)]; }
  const check_view* find(std::string_view name) const;
  /// A moment of the boot clock on the wall clock, as the two stood when the snapshot was taken.
  std::chrono::system_clock::time_point wall_time(boot_clock::time_point) const;
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

/// Which picture something was made of, without holding it: held pictures of thousands of checks are copies.
class picture_id {
 public:
  picture_id() = default;
  explicit picture_id(const snapshot_ptr& of) : of_(of) {}
  bool is_gone() const { return of_.expired(); }
  bool operator==(const snapshot_ptr& other) const { return !of_.owner_before(other) && !other.owner_before(of_); }

 private:
  std::weak_ptr<const snapshot> of_;
};

}  // namespace telltale
