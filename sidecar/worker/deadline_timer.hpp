// Wakes the program when a worker exceeds its time; the worker stops the timer when it finishes in time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <system_error>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace telltale {

/// A timerfd that both processes hold. A batch that ends in time does not wake the program; a batch that hangs does,
/// without any cooperation of the worker. A worker that stops the timer and then hangs is found in the next regular
/// loop iteration.
class deadline_timer {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static std::unique_ptr<deadline_timer> make(boost::asio::io_context&, std::error_code&);

  /// Sets the timer; it expires once.
  void set(time_point);
  /// Calls the handler on each expiry. The handler must check that this object still exists.
  void when_expired(std::function<void()>);
  int descriptor() { return timer_.native_handle(); }
  void close();

  /// Called in the worker, on the inherited descriptor.
  static void stop(int descriptor);

 private:
  explicit deadline_timer(boost::asio::posix::stream_descriptor timer) : timer_(std::move(timer)) {}
  boost::asio::posix::stream_descriptor timer_;
};

}  // namespace telltale
