// Collects orphaned processes when telltale runs as PID 1.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

namespace telltale {

class reaper {
 public:
  virtual ~reaper() = default;
};

/// Collects every child that is not a worker, now and on each SIGCHLD. Returns null when this process is not PID 1,
/// because it receives no orphans then. After its destruction it does not keep `io_context::run` from returning. Used
/// on the loop's thread.
[[nodiscard]] std::unique_ptr<reaper> reap_orphans(boost::asio::io_context&);

/// Does the same for any PID; for tests and for child subreapers.
[[nodiscard]] std::unique_ptr<reaper> reap_orphans_always(boost::asio::io_context&);

}  // namespace telltale
