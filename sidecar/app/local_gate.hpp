// Runs the checks of one gate as the sidecar does, without a server.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include <boost/asio/io_context.hpp>

#include "config/config.hpp"
#include "runner/runner_factory.hpp"
#include "scheduler/scheduler.hpp"
#include "snapshot/board.hpp"

namespace telltale {

/// The scheduler and the policy are those of the sidecar, so the gate passes when that of a sidecar with this
/// configuration would. Time passes only inside of `ask` and `run_for`.
class local_gate {
 public:
  struct answer {
    bool passes = false;
    bool permanent = false;  ///< a check that decides the gate has a failure that does not heal by waiting
    std::string text;        ///< as the response of `/ready?verbose`, and the checks that have no result yet
  };

  /// Starts the checks that feed the gate. Throws std::runtime_error when there is none, and when a check cannot be
  /// built (an unreadable secret).
  local_gate(config, gate);
  /// Kills the workers and waits for their end, at most a second: one that hangs in the kernel remains.
  ~local_gate();
  local_gate(const local_gate&) = delete;
  local_gate& operator=(const local_gate&) = delete;

  /// Returns the state of the gate. While the result of a first run is missing, waits for it until the timeout.
  answer ask(std::chrono::milliseconds timeout);
  /// Runs the checks until a status changes, at most for this long.
  void run_for(std::chrono::milliseconds);

 private:
  /// Destroyed after the factory, which kills the workers.
  struct awaited_workers {
    ~awaited_workers();
    std::vector<pid_t> ids;
  };

  snapshot_ptr look();

  std::shared_ptr<const config> config_;
  gate gate_;
  boost::asio::io_context io_{1};
  awaited_workers workers_;
  std::unique_ptr<runner_factory> runners_;
  board board_;
  problems refused_;
  scheduler scheduler_;
};

}  // namespace telltale
