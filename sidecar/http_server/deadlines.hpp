// One timer for the time limits of all connections.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http_server/connection_list.hpp"

namespace telltale {

/// A timer for each connection would cost each request more than its answer does. This one looks at the heads of the
/// list's queues when the first of them is due, and sleeps while nobody is connected.
class deadlines {
 public:
  using clock = connection_list::clock;

  /// Looks at most this often, so a phase may last that much longer.
  static constexpr std::chrono::milliseconds grain{10};

  /// `list` must outlive it.
  deadlines(boost::asio::io_context&, connection_list& list, phase_limits);

  /// Somebody entered a phase. Throws what Asio's timers throw.
  void entered(phase, clock::time_point now);
  /// Looks no more.
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
