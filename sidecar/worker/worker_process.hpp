// One worker process: starts it, exchanges packets with it, kills and collects it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/types.h>

#include <boost/asio/io_context.hpp>

#include "base/exit_status.hpp"

namespace telltale {

/// Never blocks. An interface, so that the decisions about workers are tested without processes.
class worker_process {
 public:
  virtual ~worker_process() = default;

  enum class sent { yes, full, gone };
  /// `full`: the socket holds as many jobs as it can. `gone`: the worker has exited.
  virtual sent send(std::uint64_t number, std::string_view payload) = 0;

  /// Removes jobs that the worker has not received yet, and returns their numbers. The kernel gives each packet to one
  /// receiver, so none of them can begin. The worker may receive others meanwhile, also between two of these.
  virtual std::vector<std::uint64_t> take_back() = 0;

  enum class received { packet, nothing, closed, invalid };
  struct reception {
    received what;
    std::string_view packet;  ///< valid until the next call
  };
  virtual reception receive() = 0;

  /// The worker exits when it has received every job.
  virtual void retire() = 0;
  virtual void kill() = 0;
  /// Closes the sockets: nothing is received any more. An honest worker exits.
  virtual void disconnect() = 0;
  /// The exit status once the process has ended; repeated calls return the same status.
  virtual std::optional<exit_status> collect() = 0;
};

/// Starts `program worker`. Calls `on_event` from the loop when the worker has answers and no job, has closed its
/// sockets or has ended, never after the process object was destroyed. `kill` replaces SIGKILL unless it is empty.
/// Returns null and an error when the process cannot be created (EAGAIN, EMFILE, ENOMEM, ...). The child loads the
/// program, because its file may be on a hung mount; `exit_status::start_error` explains a failure.
///
/// "/proc/self/exe" is the running program even when its file has been replaced or deleted. The destructor closes the
/// sockets, which ends an idle worker, and collects the process if it has ended. It does not kill.
std::unique_ptr<worker_process> start_worker(boost::asio::io_context&, const std::string& program,
                                             std::function<void(pid_t)> kill, std::function<void()> on_event,
                                             std::error_code&);

}  // namespace telltale
