// PID 1's duty: collects processes whose parents died.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

namespace telltale {

/// Collects orphans for as long as it lives.
class reaper {
 public:
  virtual ~reaper() = default;
};

/// Collects every child that is not a worker, now and on each SIGCHLD. Null when this process is not PID 1: then no
/// orphan ever comes here, and somebody else's children must not be touched. Does not keep `io_context::run` from
/// returning once destroyed. Lives on the loop's thread.
[[nodiscard]] std::unique_ptr<reaper> reap_orphans(boost::asio::io_context&);

/// The same without asking for the PID; for tests and for a process that is a child subreaper.
[[nodiscard]] std::unique_ptr<reaper> reap_orphans_always(boost::asio::io_context&);

}  // namespace telltale
