// The earlier pages of a check, from which rates are computed.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <telltale/clock.hpp>

#include "prometheus/tally.hpp"

namespace telltale::prometheus {

/// What a check remembers of a complete page: the values of the series whose rates it has to know.
struct earlier_page {
  boot_clock::time_point at;
  std::vector<series_values> of_rules;  ///< in the order of the rules
};

/// Values older than this give no rate.
inline constexpr std::chrono::hours longest_rate_window{1};

/// Keeps two pages, so that a rate is never over less than `window`, and seldom over more than twice of it: a run soon
/// after another compares with an older page. Copies share the pages.
class page_history {
 public:
  explicit page_history(std::chrono::milliseconds window) : window_(window) {}

  /// The page with which one at `at` is compared; null while there is none of that age.
  std::shared_ptr<const earlier_page> base(boot_clock::time_point at) const;
  /// When the next page can be compared with one of the kept pages, of which there is at least one.
  boot_clock::time_point ready_at(boot_clock::time_point now) const;
  void add(earlier_page);

  bool empty() const { return !older_; }
  std::chrono::milliseconds window() const { return window_; }

 private:
  using page_ptr = std::shared_ptr<const earlier_page>;

  std::chrono::milliseconds window_;
  page_ptr older_;  ///< set before `newer_`
  page_ptr newer_;
};

}  // namespace telltale::prometheus
