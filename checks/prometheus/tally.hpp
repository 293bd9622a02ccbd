// Gathers the series that match one rule on one page, and evaluates them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "prometheus/rule.hpp"

namespace telltale::prometheus {

/// The values of the series of one rule, by a hash of their name and labels.
using series_values = std::unordered_map<std::uint64_t, double>;

/// The result of a rule on a complete page.
struct evaluated {
  finding found;
  std::size_t series = 0;       ///< that match
  std::size_t resets = 0;       ///< counters that were below their earlier value
  bool waits_for_rate = false;  ///< no series has an earlier value yet
  bool has_value = false;
  double value = 0;  ///< of the aggregation, or of the worst series
};

/// The series are evaluated while the page is read, and only a hash and a value of each are kept.
class tally {
 public:
  /// Both arguments must outlive it. Rates need `earlier`, and the time since then in seconds.
  tally(const rule&, const series_values* earlier, double seconds);

  /// Whether the sample belongs to the rule.
  bool matches(const sample&);
  /// Adds a sample that matches; false when the page has the series already.
  bool add(const sample&);
  evaluated evaluate(const secret_list&) const;
  series_values take_values() && { return std::move(values_); }

 private:
  bool rate_of(std::uint64_t id, double& value);
  void aggregate(double value);
  double sum() const;
  finding explain(const secret_list&) const;
  finding explain_absent(const secret_list&) const;

  const rule& rule_;
  const series_values* earlier_;
  double seconds_;
  series_values values_;
  std::string similar_;        ///< the first series of this name that does not match, or whose name begins with it
  std::string worst_series_;   ///< for `each`
  std::size_t evaluated_ = 0;  ///< series with a value: all, or those with a rate
  std::size_t nan_ = 0;        ///< of those of an aggregation
  std::size_t not_passing_ = 0;
  std::size_t resets_ = 0;
  double value_ = 0;
};

}  // namespace telltale::prometheus
