// Enforces the time limits of all connections with one timer.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http_server/connection_list.hpp"

namespace telltale {

/// A timer per connection would cost more than a response. This timer checks the first entry of each queue when it is
/// due, and does not run without connections.
class deadlines {
 public:
  using clock = connection_list::clock;

  /// Minimum time between two checks, and thus the maximum delay of a limit.
  static constexpr std::chrono::milliseconds grain{10};

  /// `list` must outlive it.
  deadlines(boost::asio::io_context&, connection_list& list, phase_limits);

  /// A connection entered a phase. Throws what Asio's timers throw.
  void entered(phase, clock::time_point now);
  void stop();

 private:
  void look_at(clock::time_point);

  boost::asio::steady_timer timer_;
  connection_list& list_;
  phase_limits limits_;
  clock::time_point due_ = clock::time_point::max();
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace telltale
