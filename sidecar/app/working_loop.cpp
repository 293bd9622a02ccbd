// Asio ignores a kernel that refuses to watch the loop's own timer and signal pipe (epoll_ctl: ENOMEM, ENOSPC). Such a
// loop would run no check and answer no SIGTERM, so both are tried once.
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
constexpr std::chrono::seconds patience{2};  // at once, unless it never comes
constexpr int harmless = SIGWINCH;           // ignored by default

/// Runs the loop until the operation has happened.
template <class Operation>
bool comes(asio::io_context& loop, Operation& operation) {
  bool came = false;
  operation.async_wait([&came](const boost::system::error_code& error, auto...) { came = !error; });
  if constexpr (std::is_same_v<Operation, asio::signal_set>) std::raise(harmless);
  loop.restart();
  loop.run_for(patience);
  operation.cancel();
  loop.restart();
  loop.poll();
  loop.restart();
  return came;
}

/// The parent's signal mask is inherited; a signal that is blocked proves nothing.
class unblocked {
 public:
  unblocked() {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, harmless);
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
  if (!comes(loop, timer))
    throw std::runtime_error("the kernel does not watch timers for this process (out of memory?)");
  asio::signal_set signals(loop, harmless);
  const unblocked here;
  if (!comes(loop, signals))
    throw std::runtime_error("the kernel does not watch signals for this process (out of memory?)");
  return loop;
}

}  // namespace telltale
