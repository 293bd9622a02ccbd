// Evaluates all rules of a check on one page, while it arrives.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

#include "base/peer_text.hpp"
#include "prometheus/page_history.hpp"
#include "prometheus/page_reader.hpp"
#include "prometheus/rule.hpp"
#include "prometheus/tally.hpp"

namespace telltale::prometheus {

/// One page, and what the rules find on it. The arguments by reference must outlive it.
class page {
 public:
  static constexpr std::size_t max_series = 10'000;  ///< that all rules may match, because each takes memory

  page(const rule_list&, const page_history&, boot_clock::time_point at, bool openmetrics, const secret_list&);
  page(const page&) = delete;
  page& operator=(const page&) = delete;

  /// The next piece. False: the page is not valid, and the rest does not matter.
  bool feed(std::string_view piece) { return reader_.feed(piece); }
  bool stopped() const { return reader_.stopped(); }
  /// The page is complete. Returns what all rules find, or the failure of an invalid page. A valid page is measured,
  /// and added to the earlier ones.
  finding finish(findings& measured, page_history& earlier);

  std::size_t samples() const { return reader_.samples(); }
  /// What a healthy run says: "queue_depth is 3", or "2 of 2 values from 812 samples".
  const std::string& summary() const { return summary_; }
  /// Whether a rate is not known yet.
  bool waits() const { return waits_; }

 private:
  bool take(const sample&);
  finding explain_unknown(const rule&) const;
  void summarise(std::size_t values, std::size_t resets);

  const rule_list& rules_;
  const secret_list& secrets_;
  boot_clock::time_point at_;
  std::chrono::milliseconds window_;
  std::shared_ptr<const earlier_page> base_;  ///< null: no rate can be computed yet
  std::vector<tally> tallies_;
  std::size_t series_ = 0;
  finding stopped_;
  std::string summary_;
  bool waits_ = false;
  page_reader reader_;
};

}  // namespace telltale::prometheus
