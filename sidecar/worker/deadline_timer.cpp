// Implements the deadline timer with timerfd_create and timerfd_settime.
#include "worker/deadline_timer.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace telltale {
namespace asio = boost::asio;

std::unique_ptr<deadline_timer> deadline_timer::make(asio::io_context& context, std::error_code& ec) {
  const int fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0) return ec.assign(errno, std::generic_category()), nullptr;
  asio::posix::stream_descriptor timer(context);
  boost::system::error_code failed;
  timer.assign(fd, failed);
  if (failed) {
    ::close(fd);
    return ec = failed, nullptr;
  }
  ec.clear();
  return std::unique_ptr<deadline_timer>(new deadline_timer(std::move(timer)));
}

void deadline_timer::set(time_point when) {
  const auto ns = std::max<std::int64_t>(std::chrono::nanoseconds(when.time_since_epoch()).count(), 1);
  itimerspec at{};
  at.it_value.tv_sec = ns / 1'000'000'000;
  at.it_value.tv_nsec = ns % 1'000'000'000;
  ::timerfd_settime(timer_.native_handle(), TFD_TIMER_ABSTIME, &at, nullptr);
}

void deadline_timer::when_expired(std::function<void()> handler) {
  timer_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, handler = std::move(handler)](boost::system::error_code ec) mutable {
                      if (ec) return;
                      // Stopping the timer clears the expiry as a read would, and never blocks: the other process may
                      // make reads blocking.
                      stop(timer_.native_handle());
                      auto again = handler;
                      when_expired(std::move(handler));
                      again();
                    });
}

void deadline_timer::close() {
  boost::system::error_code ignored;
  timer_.close(ignored);
}

void deadline_timer::stop(int descriptor) {
  const itimerspec never{};
  ::timerfd_settime(descriptor, 0, &never, nullptr);
}

}  // namespace telltale
