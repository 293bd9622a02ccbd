// The clock that wakes the program when a worker takes too long, and that the worker stops when it does not.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <system_error>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace telltale {

/// A timerfd that both processes hold. So a batch that ends in time need not wake the program, and one that hangs does:
/// nothing has to go right in the worker for that. A worker that stops it and hangs is found by the turns that come
/// anyway.
class watch {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static std::unique_ptr<watch> make(boost::asio::io_context&, std::error_code&);

  /// Sets it; it rings once.
  void ring_at(time_point);
  /// Calls the handler each time it rings. The handler must guard itself against being called after this object's end.
  void when_ringing(std::function<void()>);
  int descriptor() { return timer_.native_handle(); }
  void close();

  /// Of the worker, on the descriptor that it was given.
  static void stop(int descriptor);

 private:
  explicit watch(boost::asio::posix::stream_descriptor timer) : timer_(std::move(timer)) {}
  boost::asio::posix::stream_descriptor timer_;
};

}  // namespace telltale
