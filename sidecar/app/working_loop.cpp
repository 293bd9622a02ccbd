// Tests the loop's timer and signal pipe. Asio ignores failures of the kernel to watch them (epoll_ctl: ENOMEM,
// ENOSPC), and such a loop would run no check and handle no SIGTERM.
#include "app/working_loop.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <type_traits>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace telltale {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds timeout{2};  // both normally fire at once
constexpr int test_signal = SIGWINCH;       // ignored by default

/// Runs the loop until the operation has completed.
template <class Operation>
bool comes(asio::io_context& loop, Operation& operation) {
  bool came = false;
  operation.async_wait([&came](const boost::system::error_code& error, auto...) { came = !error; });
  if constexpr (std::is_same_v<Operation, asio::signal_set>) std::raise(test_signal);
  loop.restart();
  loop.run_for(timeout);
  operation.cancel();
  loop.restart();
  loop.poll();
  loop.restart();
  return came;
}

/// Unblocks a signal temporarily, because the inherited mask may block it.
class unblocked {
 public:
  unblocked() {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, test_signal);
    ::sigprocmask(SIG_UNBLOCK, &one, &before_);
  }
  ~unblocked() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  unblocked(const unblocked&) = delete;
  unblocked& operator=(const unblocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

asio::io_context& require_working(asio::io_context& loop) {
  asio::steady_timer timer(loop, std::chrono::seconds(0));
  if (!comes(loop, timer)) throw std::runtime_error("the kernel cannot watch timers for this process (out of memory?)");
  asio::signal_set signals(loop, test_signal);
  const unblocked here;
  if (!comes(loop, signals))
    throw std::runtime_error("the kernel cannot watch signals for this process (out of memory?)");
  return loop;
}

}  // namespace telltale
