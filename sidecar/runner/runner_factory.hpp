// Makes the runners of checks.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "config/config.hpp"
#include "runner/check_runner.hpp"

namespace telltale {

/// Owns what all runs use: the worker processes and the name resolver. Must outlive the runners.
class runner_factory {
 public:
  virtual ~runner_factory() = default;
  /// Throws std::runtime_error with a sentence when the check cannot be built (an unreadable secret).
  virtual std::unique_ptr<check_runner> make(const check_config&) = 0;
  virtual worker_counts counts() const = 0;
  /// Kills every worker without waiting; further blocking runs fail with `internal`. For shutdown.
  virtual void stop() = 0;
};

/// The thread that runs the loop must live as long as the program, because workers exit with it.
std::unique_ptr<runner_factory> make_runner_factory(boost::asio::io_context&);

using check_runners = std::vector<std::unique_ptr<check_runner>>;

/// Makes one runner per check. One that cannot be built is null and adds a problem at its source location.
check_runners make_runners(runner_factory&, const config&, problems& refused);

}  // namespace telltale
