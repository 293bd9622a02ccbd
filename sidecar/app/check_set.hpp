// Runs the checks of a configuration on demand, for `telltale check`.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "config/config.hpp"
#include "results/check_result.hpp"
#include "runner/runner_factory.hpp"

namespace telltale {

/// The checks are built once, so they keep their state, connections and workers from one call to the next.
class check_set {
 public:
  /// Throws std::runtime_error with a sentence when a check cannot be built (an unreadable secret).
  explicit check_set(const config&);

  /// Runs the checks in parallel, each with its own timeout, in workers as the sidecar does; slow ones one after the
  /// other. Results are in configuration order. A slow check that has passed is not run again, because it may read
  /// gigabytes; its result is returned again.
  const std::vector<check_result>& run_once();

 private:
  void start_slow();
  void start(std::size_t check);

  std::vector<check_result> results_;
  std::size_t unanswered_ = 0;
  std::deque<std::size_t> slow_;  ///< not started yet
  boost::asio::io_context io_{1};
  std::unique_ptr<runner_factory> factory_;
  check_runners runners_;
};

}  // namespace telltale
